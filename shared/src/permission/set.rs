//! Sets of permissions, and the presets.

use super::Permission;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A set of permissions: a bit set in memory and in the database, a list of keys on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "diesel", derive(diesel_derive_newtype::DieselNewType))]
pub struct PermissionSet(i64);

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission there is.
    pub const ALL: Self = Self::of(Permission::ALL);
    /// The Member preset: send, edit and delete one's own, react.
    pub const MEMBER: Self = Self::of(&[
        Permission::ViewChat,
        Permission::SendMessages,
        Permission::SendMedia,
        Permission::SendStickers,
        Permission::SendFiles,
        Permission::AddReactions,
        Permission::EditOwnMessages,
        Permission::DeleteOwnMessages,
    ]);
    /// The Moderator preset.
    pub const MODERATOR: Self = Self::of(&[
        Permission::KickMembers,
        Permission::RestrictMembers,
        Permission::DeleteAnyMessages,
        Permission::PinMessages,
    ])
    .union(Self::MEMBER);
    /// The Administrator preset.
    pub const ADMINISTRATOR: Self = Self::of(&[
        Permission::ChangeInfo,
        Permission::ManageChats,
        Permission::AddMembers,
        Permission::CreateInvites,
        Permission::BanMembers,
        Permission::PromoteMembers,
        Permission::MentionAll,
        Permission::ViewAudit,
    ])
    .union(Self::MODERATOR);
    /// The Restricted preset: may read, nothing else.
    pub const RESTRICTED: Self = Self::of(&[Permission::ViewChat]);
    /// What a participant of a direct or group chat may do.
    pub const DIRECT: Self = Self::of(&[Permission::PinMessages]).union(Self::MEMBER);

    /// The set of the given permissions.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < permissions.len() {
            bits |= 1 << permissions[i] as i64;
            i += 1;
        }
        Self(bits)
    }

    /// The set of a database value; unknown bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits & Self::ALL.0)
    }

    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as i64) != 0
    }

    /// Whether every permission of `other` is in this set.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions in the order of the role editor.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.contains(*p))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        iter.into_iter().fold(Self::NONE, |set, p| set.union(Self::of(&[p])))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::key)).finish()
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = PermissionSet;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of permission keys")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<PermissionSet, A::Error> {
                let mut set = PermissionSet::NONE;
                while let Some(permission) = seq.next_element::<Permission>()? {
                    set = set.union(PermissionSet::of(&[permission]));
                }
                Ok(set)
            }
        }
        deserializer.deserialize_seq(Keys)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for PermissionSet {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ArrayBuilder::new()
            .items(utoipa::openapi::Ref::from_schema_name("Permission"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for PermissionSet {
    fn schemas(
        schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) {
        schemas.push(("Permission".into(), <Permission as utoipa::PartialSchema>::schema()));
    }
}

//! Who may do what: one pure engine for server and browser.
//!
//! A member holds one role of the space. The owner holds everything. A chat may override a role's or
//! a member's permissions; a restriction takes permissions away, last, for a while.
//! Rank is the role's priority: nobody acts on an equal or higher rank, nobody hands out a
//! permission he lacks, and an `untouchable` member answers only to the owner.

use crate::Timestamp;
use crate::ids::{RoleId, UserId};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! permissions {
    ($($name:ident = $bit:literal, $key:literal, $group:ident;)*) => {
        /// A permission key. The number is the bit in the database: never reuse one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Permission { $($name = $bit,)* }

        impl Permission {
            /// Every permission, in the order of the role editor.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The key on the wire and in the catalogue.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The group of the role editor.
            #[must_use]
            pub const fn group(self) -> PermissionGroup {
                match self { $(Self::$name => PermissionGroup::$group,)* }
            }
        }
    };
}

permissions! {
    ManageSpace = 0, "manage_space", Space;
    ChangeInfo = 1, "change_info", Space;
    DeleteSpace = 2, "delete_space", Space;
    ViewAudit = 3, "view_audit", Space;
    ManageChats = 4, "manage_chats", Space;
    AddMembers = 5, "add_members", Members;
    CreateInvites = 6, "create_invites", Members;
    KickMembers = 7, "kick_members", Members;
    BanMembers = 8, "ban_members", Members;
    RestrictMembers = 9, "restrict_members", Members;
    PromoteMembers = 10, "promote_members", Members;
    Untouchable = 11, "untouchable", Members;
    ViewChat = 12, "view_chat", Sending;
    SendMessages = 13, "send_messages", Sending;
    SendMedia = 14, "send_media", Sending;
    SendStickers = 15, "send_stickers", Sending;
    SendFiles = 16, "send_files", Sending;
    AddReactions = 17, "add_reactions", Sending;
    MentionAll = 18, "mention_all", Sending;
    EditOwnMessages = 19, "edit_own_messages", Messages;
    DeleteOwnMessages = 20, "delete_own_messages", Messages;
    DeleteAnyMessages = 21, "delete_any_messages", Messages;
    PinMessages = 22, "pin_messages", Messages;
}

/// Groups of the role editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PermissionGroup {
    Space,
    Members,
    Sending,
    Messages,
}

impl PermissionGroup {
    /// In the order of the role editor.
    pub const ALL: &[Self] = &[Self::Space, Self::Members, Self::Sending, Self::Messages];

    /// The key on the wire and in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Members => "members",
            Self::Sending => "sending",
            Self::Messages => "messages",
        }
    }
}

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
    pub const DIRECT: Self = Self::MEMBER;

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

/// What a person is in a space, as far as permissions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub user_id: UserId,
    pub is_owner: bool,
    pub role_id: RoleId,
    /// The role's priority: higher is stronger.
    pub rank: i32,
    /// The role's permissions.
    pub role: PermissionSet,
    /// Taken away by a restriction that is in force.
    pub denied: PermissionSet,
}

/// Whom an override of a chat concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OverrideTarget {
    Role(RoleId),
    Member(UserId),
}

/// Permissions allowed or denied in one chat. Member overrides win over role overrides, and within
/// one override `allow` wins over `deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatOverride {
    pub target: OverrideTarget,
    pub allow: PermissionSet,
    pub deny: PermissionSet,
}

/// Whether a restriction that ends at `until` (`None`: never) is in force at `now`.
#[must_use]
pub fn in_force(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| until > now)
}

/// Permissions in the space as a whole.
#[must_use]
pub fn in_space(standing: &Standing) -> PermissionSet {
    if standing.is_owner {
        return PermissionSet::ALL;
    }
    standing.role.without(standing.denied)
}

/// Permissions in one chat of the space. Without `view_chat` nothing is left.
#[must_use]
pub fn in_chat(standing: &Standing, overrides: &[ChatOverride]) -> PermissionSet {
    if standing.is_owner {
        return PermissionSet::ALL;
    }
    let mut set = standing.role;
    for target in [OverrideTarget::Role(standing.role_id), OverrideTarget::Member(standing.user_id)]
    {
        for o in overrides.iter().filter(|o| o.target == target) {
            set = set.without(o.deny).union(o.allow);
        }
    }
    // An override can open a chat, never grant power over the space or its people.
    let power = PermissionSet::ALL.without(CHAT_SCOPE);
    let set = set.without(power).union(standing.role.without(CHAT_SCOPE));
    let set = set.without(standing.denied);
    if set.contains(Permission::ViewChat) { set } else { PermissionSet::NONE }
}

/// The permissions a chat may override.
pub const CHAT_SCOPE: PermissionSet = PermissionSet::of(&[
    Permission::ViewChat,
    Permission::SendMessages,
    Permission::SendMedia,
    Permission::SendStickers,
    Permission::SendFiles,
    Permission::AddReactions,
    Permission::MentionAll,
    Permission::EditOwnMessages,
    Permission::DeleteOwnMessages,
    Permission::DeleteAnyMessages,
    Permission::PinMessages,
]);

/// Why an act on a person or a role is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The permission is missing.
    Missing(Permission),
    /// The other one's rank is equal or higher.
    Rank,
    /// The target is the owner, or untouchable and the actor is not the owner.
    Untouchable,
    /// Nobody acts on himself here.
    Yourself,
    /// The role would grant what its maker lacks.
    Grants(PermissionSet),
}

/// Whether `actor` may kick, ban, restrict or re-role `target`, given the `needed` permission.
///
/// # Errors
/// The reason why not.
pub fn act_on_member(
    actor: &Standing,
    target: &Standing,
    needed: Permission,
) -> Result<(), Refusal> {
    if !in_space(actor).contains(needed) {
        return Err(Refusal::Missing(needed));
    }
    if actor.user_id == target.user_id {
        return Err(Refusal::Yourself);
    }
    if target.is_owner {
        return Err(Refusal::Untouchable);
    }
    if actor.is_owner {
        return Ok(());
    }
    if target.role.contains(Permission::Untouchable) {
        return Err(Refusal::Untouchable);
    }
    if target.rank >= actor.rank {
        return Err(Refusal::Rank);
    }
    Ok(())
}

/// Whether `actor` may create, edit, delete or hand out a role of this rank and these permissions.
///
/// # Errors
/// The reason why not.
pub fn act_on_role(actor: &Standing, rank: i32, permissions: PermissionSet) -> Result<(), Refusal> {
    let own = in_space(actor);
    if !own.contains(Permission::PromoteMembers) {
        return Err(Refusal::Missing(Permission::PromoteMembers));
    }
    if actor.is_owner {
        return Ok(());
    }
    if rank >= actor.rank {
        return Err(Refusal::Rank);
    }
    if !own.covers(permissions) {
        return Err(Refusal::Grants(permissions.without(own)));
    }
    Ok(())
}

/// Whether `actor` may edit or delete an existing role of this rank and these permissions. What an
/// edit makes of it must pass [`act_on_role`] as well.
///
/// # Errors
/// The reason why not.
pub fn change_role(actor: &Standing, rank: i32, permissions: PermissionSet) -> Result<(), Refusal> {
    act_on_role(actor, rank, permissions)?;
    // Its holders answer only to the owner: their role is not taken from them sideways either.
    if permissions.contains(Permission::Untouchable) && !actor.is_owner {
        return Err(Refusal::Untouchable);
    }
    Ok(())
}

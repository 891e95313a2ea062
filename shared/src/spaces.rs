//! Spaces, members and roles on the wire.

mod invites;
mod moderation;
mod presets;

pub use invites::*;
pub use moderation::*;
pub use presets::{ROLE_PRESETS, RolePreset};

use crate::error::{FieldCode, FieldError};
use crate::identity::{Status, UserRef};
use crate::ids::{ChatId, RoleId, SpaceId, UserId};
use crate::people::CustomStatus;
use crate::permission::{Permission, PermissionGroup, PermissionSet};
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most spaces that somebody is in, and the longest page of them: `web/boot.js` asks for it by number.
pub const MAX_MEMBERSHIPS: i32 = 500;

/// Who may find and join a space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Visibility {
    /// In the directory; everybody may join.
    Public,
    /// In the directory; only an invitation lets in.
    #[default]
    Invite,
    /// Not in the directory; only an invitation lets in.
    Hidden,
}

impl Visibility {
    pub const ALL: &[Self] = &[Self::Public, Self::Invite, Self::Hidden];

    /// The key on the wire, in the database and in the catalogue (`visibility.` and this).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Invite => "invite",
            Self::Hidden => "hidden",
        }
    }

    /// The visibility of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.key() == key)
    }
}

/// A space as its members see it; `me` is absent for people outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Space {
    pub id: SpaceId,
    pub name: String,
    pub description: Option<String>,
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub banner_url: Option<String>,
    pub visibility: Visibility,
    pub owner_id: UserId,
    pub default_chat_id: Option<ChatId>,
    pub member_count: i64,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    /// The caller's membership.
    pub me: Option<Membership>,
}

/// The caller's place in a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    pub is_owner: bool,
    pub role: Role,
    /// Taken away by a restriction in force.
    pub denied: PermissionSet,
    /// When the restriction ends; absent when it does not, or when there is none.
    #[serde(default, with = "crate::millis::option")]
    pub denied_until: Option<DateTime<Utc>>,
    /// What the caller may do in the space as a whole.
    pub permissions: PermissionSet,
    #[serde(with = "crate::millis")]
    pub joined_at: DateTime<Utc>,
}

/// What a role of a space was made for; the name may be changed, the kind not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RoleKind {
    /// Exactly one person holds it; only a transfer moves it.
    Owner,
    /// Who joins gets it; who loses his role falls back to it.
    Member,
    Custom,
}

impl RoleKind {
    /// The key on the wire and in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Custom => "custom",
        }
    }

    /// The kind of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Owner, Self::Member, Self::Custom].into_iter().find(|k| k.key() == key)
    }
}

/// A role of a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    pub id: RoleId,
    pub space_id: SpaceId,
    pub kind: RoleKind,
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    /// Higher is stronger; 1-99, the owner's role has 100.
    pub priority: i32,
    pub permissions: PermissionSet,
    pub member_count: i64,
}

/// A member of a space. The display name is the one he is called by here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    #[serde(flatten)]
    pub user: UserRef,
    pub role_id: RoleId,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status: Option<CustomStatus>,
    /// What he is called in this space only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_nickname: Option<String>,
    #[serde(with = "crate::millis")]
    pub joined_at: DateTime<Utc>,
}

/// `GET /spaces/{space_id}/online`: the members who are there; who hides is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OnlineMembers {
    pub count: i64,
    /// All of them. Empty where they are more than 200: those are only counted, at most every ten
    /// seconds.
    pub user_ids: Vec<UserId>,
}

impl OnlineMembers {
    /// So many are told one by one.
    pub const MOST: usize = 200;
}

/// `POST /spaces`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateSpace {
    /// 3-100 characters.
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub visibility: Visibility,
}

impl Validate for CreateSpace {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 3, 100));
        if let Some(text) = &self.description {
            check(&mut errors, "description", validate::text(text, 0, 500));
        }
        errors
    }
}

/// `PATCH /spaces/{space_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateSpace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// Needs `manage_space`; the other fields need `change_info`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl Validate for UpdateSpace {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 3, 100));
        }
        if let Some(Some(text)) = &self.description {
            check(&mut errors, "description", validate::text(text, 0, 500));
        }
        errors
    }
}

/// The colour that a new role starts with.
pub const NEW_ROLE_COLOR: &str = "#5b7083";

/// `POST /spaces/{space_id}/roles`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateRole {
    /// 1-50 characters, unique in the space.
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    /// 1-99.
    pub priority: i32,
    pub permissions: PermissionSet,
}

impl Validate for CreateRole {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 50));
        check(&mut errors, "color", validate::color(&self.color));
        check(&mut errors, "priority", priority(self.priority));
        errors
    }
}

/// `PATCH /spaces/{space_id}/roles/{role_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateRole {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionSet>,
}

impl Validate for UpdateRole {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 50));
        }
        if let Some(color) = &self.color {
            check(&mut errors, "color", validate::color(color));
        }
        if let Some(value) = self.priority {
            check(&mut errors, "priority", priority(value));
        }
        errors
    }
}

/// A custom role's rank: below the owner's 100, above nothing.
fn priority(value: i32) -> Result<(), FieldCode> {
    if (1..=99).contains(&value) { Ok(()) } else { Err(FieldCode::OutOfRange) }
}

/// `POST /spaces/{space_id}/transfer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferSpace {
    /// The member who owns the space from now on.
    pub user_id: UserId,
}

/// `POST /spaces/{space_id}/restrict/{user_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestrictMember {
    /// Replaces what was taken before; an empty list gives everything back.
    pub permissions_denied: PermissionSet,
    /// In the future; absent: until lifted.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// At most 500 characters, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Validate for RestrictMember {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(text) = &self.reason {
            check(&mut errors, "reason", validate::text(text, 0, MAX_REASON));
        }
        errors
    }
}

/// `PUT /spaces/{space_id}/roles/order`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRoles {
    /// Every role below the caller's own, strongest first, each once.
    pub role_ids: Vec<RoleId>,
}

impl Validate for OrderRoles {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "role_ids", validate::distinct(&self.role_ids, 100));
        errors
    }
}

/// What is taken from a member at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Restriction {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub permissions_denied: PermissionSet,
    #[serde(default, with = "crate::millis::option")]
    pub until: Option<DateTime<Utc>>,
}

/// `GET /spaces/{space_id}/my-permissions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyPermissions {
    pub is_owner: bool,
    pub role: Role,
    pub permissions: PermissionSet,
}

/// One group of `GET /permissions`, localised by `Accept-Language`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionCatalogue {
    pub group: PermissionGroup,
    pub name: String,
    pub permissions: Vec<PermissionText>,
}

/// A permission and its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionText {
    pub key: Permission,
    pub name: String,
    pub description: String,
}

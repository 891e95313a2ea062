//! Ways in: invitations and being added.

use crate::error::{FieldCode, FieldError};
use crate::identity::UserRef;
use crate::ids::{RoleId, SpaceId};
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest life of an invitation, in seconds: a year.
pub const MAX_INVITE_SECONDS: i64 = 365 * 24 * 60 * 60;
/// The most uses of an invitation that has a limit.
pub const MAX_INVITE_USES: i32 = 10_000;

/// `POST /spaces/{space_id}/invites`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateInvite {
    /// Seconds until it ends, 60 to a year; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    /// 1-10,000; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<i32>,
    /// The role that whoever comes gets; absent: the member role. Needs the right to hand it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
    /// Only this person may accept, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
}

impl Validate for CreateInvite {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let range = |fits: bool| if fits { Ok(()) } else { Err(FieldCode::OutOfRange) };
        let expires = self.expires_in.is_none_or(|s| (60..=MAX_INVITE_SECONDS).contains(&s));
        check(&mut errors, "expires_in", range(expires));
        let uses = self.max_uses.is_none_or(|n| (1..=MAX_INVITE_USES).contains(&n));
        check(&mut errors, "max_uses", range(uses));
        if let Some(nickname) = &self.nickname {
            check(&mut errors, "nickname", validate::name(nickname, 1, 50));
        }
        errors
    }
}

/// An invitation as the members see who may make some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invite {
    pub code: String,
    pub space_id: SpaceId,
    pub created_by: UserRef,
    /// Absent: the member role.
    pub role_id: Option<RoleId>,
    /// The only person who may accept.
    pub for_user: Option<UserRef>,
    pub uses: i32,
    pub max_uses: Option<i32>,
    #[serde(default, with = "crate::millis::option")]
    pub expires_at: Option<DateTime<Utc>>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// What an invitation leads to, for anybody who has the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitePreview {
    pub code: String,
    pub space_id: SpaceId,
    pub name: String,
    pub description: Option<String>,
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub banner_url: Option<String>,
    pub member_count: i64,
    /// Who made the invitation.
    pub created_by: UserRef,
    #[serde(default, with = "crate::millis::option")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// `POST /spaces/{space_id}/members`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddMember {
    /// A nickname, also one of digits only; never an id.
    pub nickname: String,
}

impl Validate for AddMember {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "nickname", validate::name(&self.nickname, 1, 50));
        errors
    }
}

/// `PUT /spaces/order`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderSpaces {
    /// The caller's spaces, first to last, each once, at most 1,000. Those left out come after.
    pub space_ids: Vec<SpaceId>,
}

impl Validate for OrderSpaces {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "space_ids", validate::distinct(&self.space_ids, 1000));
        errors
    }
}

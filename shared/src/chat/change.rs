//! Making and changing chats.

use super::MAX_GROUP;
use crate::error::{FieldCode, FieldError};
use crate::ids::{CategoryId, SpaceId, UserId};
use crate::permission::ChatOverride;
use crate::validate::{self, Validate, check};
use serde::{Deserialize, Serialize};

/// The longest pause of slow mode, in seconds: six hours.
pub const MAX_SLOW_SECONDS: i32 = 21_600;

/// `POST /spaces/{space_id}/chats`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateChat {
    /// 1-80 characters, unique in the space.
    pub name: String,
    #[serde(default)]
    pub topic: Option<String>,
    /// A category of the space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<CategoryId>,
    #[serde(default)]
    pub overrides: Vec<ChatOverride>,
}

impl Validate for CreateChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 80));
        if let Some(topic) = &self.topic {
            check(&mut errors, "topic", validate::text(topic, 0, 250));
        }
        check(&mut errors, "overrides", overrides(&self.overrides));
        errors
    }
}

/// `POST /chats`: `user_id` gets or creates the direct chat (one's own id: notes to oneself),
/// `user_ids` creates a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenChat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Validate for OpenChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        match (&self.user_id, &self.user_ids) {
            (Some(_), None) => {}
            (None, Some(ids)) if ids.is_empty() => {
                check(&mut errors, "user_ids", Err(FieldCode::Required));
            }
            (None, Some(ids)) if ids.len() >= MAX_GROUP => {
                check(&mut errors, "user_ids", Err(FieldCode::TooMany));
            }
            (None, Some(_)) => {}
            _ => check(&mut errors, "user_id", Err(FieldCode::Required)),
        }
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 80));
        }
        errors
    }
}

/// `PATCH /chats/{chat_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateChat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub topic: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
    /// A category of the space; `null`: above all of them.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<CategoryId>))]
    pub category_id: Option<Option<CategoryId>>,
    /// Slow mode: 0 (off) to [`MAX_SLOW_SECONDS`]. Only in a space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_seconds: Option<i32>,
    /// Replaces all overrides of the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<ChatOverride>>,
}

impl Validate for UpdateChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 80));
        }
        if let Some(Some(topic)) = &self.topic {
            check(&mut errors, "topic", validate::text(topic, 0, 250));
        }
        if self.position.is_some_and(|p| !(0..=10_000).contains(&p)) {
            check(&mut errors, "position", Err(FieldCode::OutOfRange));
        }
        if self.slow_seconds.is_some_and(|s| !(0..=MAX_SLOW_SECONDS).contains(&s)) {
            check(&mut errors, "slow_seconds", Err(FieldCode::OutOfRange));
        }
        if let Some(list) = &self.overrides {
            check(&mut errors, "overrides", overrides(list));
        }
        errors
    }
}

/// `POST /chats/{chat_id}/members`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddChatMember {
    pub user_id: UserId,
}

/// At most 100, one a target, only permissions that mean something in a chat.
fn overrides(list: &[ChatOverride]) -> Result<(), FieldCode> {
    use crate::permission::CHAT_SCOPE;
    if list.len() > 100 {
        return Err(FieldCode::TooMany);
    }
    for (i, o) in list.iter().enumerate() {
        if list[..i].iter().any(|other| other.target == o.target) {
            return Err(FieldCode::Duplicate);
        }
        if !CHAT_SCOPE.covers(o.allow.union(o.deny)) {
            return Err(FieldCode::OutOfRange);
        }
    }
    Ok(())
}

/// `POST /chats/{chat_id}/read` and the socket's `mark_read`. Never moves back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkRead {
    pub seq: i64,
}

/// `POST /chats/{chat_id}/unread`: this message and all after it are unread again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkUnread {
    pub seq: i64,
}

/// `POST /chats/read-all`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkAllRead {
    /// Only the chats of this space; absent: all of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_id: Option<SpaceId>,
}

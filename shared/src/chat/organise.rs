//! Categories, the order of chats, and why somebody may or may not do something in one.

use crate::error::{FieldCode, FieldError};
use crate::identity::UserRef;
use crate::ids::{CategoryId, ChatId, SpaceId};
use crate::permission::{Permission, Step};
use crate::validate::{self, Validate, check};
use serde::{Deserialize, Serialize};

/// The most categories of a space.
pub const MAX_CATEGORIES: usize = 50;
/// The most chats of a space.
pub const MAX_CHATS: i64 = 500;

/// A heading over chats of a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    pub id: CategoryId,
    pub space_id: SpaceId,
    pub name: String,
    /// Order within the space.
    pub position: i32,
}

/// `POST /spaces/{space_id}/categories` and `PATCH` of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NameCategory {
    /// 1-50 characters, unique in the space.
    pub name: String,
}

impl Validate for NameCategory {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 50));
        errors
    }
}

/// `PUT /spaces/{space_id}/chat-order`: all of it or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatOrder {
    /// Categories from the top; those left out keep their places.
    #[serde(default)]
    pub categories: Vec<CategoryId>,
    /// Chats from the top; those left out keep their places.
    #[serde(default)]
    pub chats: Vec<ChatPlace>,
}

impl Validate for ChatOrder {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut ids: Vec<_> = self.categories.clone();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            check(&mut errors, "categories", Err(FieldCode::Duplicate));
        }
        let mut ids: Vec<_> = self.chats.iter().map(|place| place.chat_id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            check(&mut errors, "chats", Err(FieldCode::Duplicate));
        }
        if self.chats.len() > 1_000 {
            check(&mut errors, "chats", Err(FieldCode::TooMany));
        }
        errors
    }
}

/// Under which category a chat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatPlace {
    pub chat_id: ChatId,
    /// Absent: above all categories.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
}

/// A chat stands somewhere else now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatMoved {
    pub space_id: SpaceId,
    pub chat_id: ChatId,
    pub category_id: Option<CategoryId>,
    pub position: i32,
}

/// A category is no more; its chats stand above all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryDeleted {
    pub space_id: SpaceId,
    pub category_id: CategoryId,
}

/// `GET /chats/{chat_id}/explain`: what a member may do in a chat, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    pub user: UserRef,
    pub permissions: Vec<ExplainedPermission>,
}

/// One permission and the steps that decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedPermission {
    pub permission: Permission,
    pub allowed: bool,
    /// In the order they are applied: each overrules those before it.
    pub steps: Vec<Step>,
}

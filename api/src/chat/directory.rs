//! Answers for sockets: which topics, which chats, whose presence.

use crate::error::{ApiError, ApiResult};
use crate::platform::db::Db;
use crate::realtime::directory::Directory;
use async_trait::async_trait;
use shared::identity::Me;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::topic::Topic;
use std::collections::HashSet;

/// See the module.
pub struct ChatDirectory {
    #[expect(dead_code, reason = "written next")]
    db: Db,
}

impl ChatDirectory {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Directory for ChatDirectory {
    async fn topics(&self, user: UserId) -> ApiResult<Vec<Topic>> {
        Ok(vec![Topic::User(user)])
    }

    async fn visible_chats(&self, _: UserId, _: SpaceId) -> ApiResult<HashSet<ChatId>> {
        Ok(HashSet::new())
    }

    async fn may_read(&self, _: UserId, _: ChatId) -> ApiResult<()> {
        Err(ApiError::not_found())
    }

    async fn me(&self, _: UserId) -> ApiResult<Me> {
        Err(ApiError::not_found())
    }

    async fn audience(&self, _: UserId) -> ApiResult<Vec<Topic>> {
        Ok(Vec::new())
    }
}

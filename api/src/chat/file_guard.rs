//! Answers for files: where one may go, who sees it.

use super::access::{access_chat, access_message};
use super::model::preview;
use crate::error::{ApiError, ApiResult};
use crate::files::guard::{Destination, Guard};
use crate::http::current_user::CurrentUser;
use crate::platform::db::Db;
use async_trait::async_trait;
use shared::ids::{ChatId, FileId, MessageId};

/// See the module.
pub struct ChatFiles {
    db: Db,
}

impl ChatFiles {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Guard for ChatFiles {
    async fn destination(&self, user: &CurrentUser, chat: ChatId) -> ApiResult<Destination> {
        let conn = &mut *self.db.conn().await?;
        Ok(access_chat(conn, user, chat).await?.destination())
    }

    async fn check_message(&self, user: &CurrentUser, message: MessageId) -> ApiResult<()> {
        let conn = &mut *self.db.conn().await?;
        access_message(conn, user, message).await.map(drop)
    }

    async fn check_preview(
        &self,
        user: &CurrentUser,
        message: MessageId,
        picture: FileId,
    ) -> ApiResult<()> {
        let conn = &mut *self.db.conn().await?;
        access_message(conn, user, message).await?;
        match preview::shows(conn, message, picture).await? {
            true => Ok(()),
            false => Err(ApiError::not_found()),
        }
    }
}

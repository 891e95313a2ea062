//! Answers for sockets: which topics, which chats, whose presence.

use super::model::chat::ChatView;
use super::model::sql::from_json;
use crate::error::{ApiError, ApiResult};
use crate::platform::db::Db;
use crate::realtime::directory::Directory;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::identity::Me;
use shared::ids::{ChatId, UserId};
use shared::permission::{Permission, PermissionSet};
use shared::topic::Topic;
use std::collections::HashSet;

/// See the module.
pub struct ChatDirectory {
    db: Db,
}

#[derive(QueryableByName)]
struct TopicRow {
    #[diesel(sql_type = Text)]
    topic: String,
}

#[derive(QueryableByName)]
struct MeRow {
    #[diesel(sql_type = Jsonb)]
    me: Value,
}

impl ChatDirectory {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    async fn topics_of(&self, sql: &str, user: UserId) -> ApiResult<Vec<Topic>> {
        let conn = &mut *self.db.conn().await?;
        let rows: Vec<TopicRow> =
            diesel::sql_query(sql).bind::<SqlUuid, _>(user.0).load(conn).await?;
        rows.into_iter().map(|row| row.topic.parse().map_err(ApiError::internal)).collect()
    }
}

#[async_trait]
impl Directory for ChatDirectory {
    async fn topics(&self, user: UserId) -> ApiResult<Vec<Topic>> {
        let sql = "SELECT 'user:' || $1 AS topic UNION ALL \
             SELECT 'space:' || space_id FROM space_members WHERE user_id = $1";
        self.topics_of(sql, user).await
    }

    async fn hidden_chats(&self, user: UserId) -> ApiResult<HashSet<ChatId>> {
        let conn = &mut *self.db.conn().await?;
        let views =
            ChatView::possibly_hidden(conn, user, PermissionSet::of(&[Permission::ViewChat]))
                .await?;
        Ok(views
            .into_iter()
            .filter(|view| !view.permissions(user).contains(Permission::ViewChat))
            .map(|view| view.id())
            .collect())
    }

    async fn may_read(&self, user: UserId, chat: ChatId) -> ApiResult<()> {
        let conn = &mut *self.db.conn().await?;
        let view = ChatView::find(conn, user, chat).await?;
        if view.permissions(user).contains(Permission::ViewChat) {
            Ok(())
        } else {
            Err(ApiError::not_found())
        }
    }

    async fn me(&self, user: UserId) -> ApiResult<Me> {
        let conn = &mut *self.db.conn().await?;
        let row: MeRow = diesel::sql_query(
            "SELECT jsonb_build_object('id', id, 'nickname', nickname, 'display_name', \
             display_name, 'email', email, 'avatar_url', avatar_url, 'bio', bio, 'status', status, \
             'is_bot', is_bot, 'created_at', created_at) AS me FROM users WHERE id = $1",
        )
        .bind::<SqlUuid, _>(user.0)
        .get_result(conn)
        .await?;
        Ok(from_json(row.me)?)
    }

    async fn audience(&self, user: UserId) -> ApiResult<Vec<Topic>> {
        let sql = "SELECT 'space:' || space_id AS topic FROM space_members WHERE user_id = $1 \
             UNION SELECT 'user:' || other.user_id FROM chat_members mine \
             JOIN chat_members other ON other.chat_id = mine.chat_id AND other.user_id <> $1 \
             WHERE mine.user_id = $1 UNION SELECT 'user:' || $1";
        self.topics_of(sql, user).await
    }
}

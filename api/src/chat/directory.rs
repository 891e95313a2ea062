//! Answers for sockets: which topics, which chats, whose presence.

use super::model::chat::ChatView;
use super::model::sql::{from_json, user_ref};
use super::model::view;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::person::Person;
use crate::platform::db::Db;
use crate::platform::prepared::prepared;
use crate::realtime::directory::{Directory, Question, View};
use crate::realtime::presence::Chosen;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::identity::{Me, UserRef};
use shared::ids::{ChatId, UserId};
use shared::permission::Permission;
use shared::topic::Topic;

/// See the module.
pub struct ChatDirectory {
    db: Db,
}

#[derive(QueryableByName)]
struct TopicRow {
    #[diesel(sql_type = Text)]
    topic: String,
}

impl ChatDirectory {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    async fn topics_of(&self, sql: &str, user: UserId) -> ApiResult<Vec<Topic>> {
        let conn = &mut *self.db.conn().await?;
        let query = diesel::sql_query(sql).bind::<SqlUuid, _>(user.0);
        let rows: Vec<TopicRow> = prepared(query).load(conn).await?;
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

    async fn views(&self, questions: Vec<Question>) -> ApiResult<Vec<View>> {
        let conn = &mut *self.db.conn().await?;
        Ok(view::of_people(conn, questions).await?)
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

    async fn me(&self, user: UserId) -> ApiResult<(Me, Chosen)> {
        let person = Person::find(&mut *self.db.conn().await?, user).await?;
        let chosen = person.chosen();
        Ok((person.into(), chosen))
    }

    async fn knows(&self, user: UserId, other: UserId) -> ApiResult<bool> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            known: bool,
        }
        if user == other {
            return Ok(true);
        }
        let conn = &mut *self.db.conn().await?;
        let row: Row = diesel::sql_query(
            "SELECT EXISTS (SELECT 1 FROM space_members a JOIN space_members b \
             ON b.space_id = a.space_id AND b.user_id = $2 WHERE a.user_id = $1) \
             OR EXISTS (SELECT 1 FROM chat_members a JOIN chat_members b \
             ON b.chat_id = a.chat_id AND b.user_id = $2 WHERE a.user_id = $1) AS known",
        )
        .bind::<SqlUuid, _>(user.0)
        .bind::<SqlUuid, _>(other.0)
        .get_result(conn)
        .await?;
        Ok(row.known)
    }

    async fn faces(&self, user: UserId) -> ApiResult<Vec<(Topic, UserRef)>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            topic: String,
            #[diesel(sql_type = Jsonb)]
            person: Value,
        }
        let conn = &mut *self.db.conn().await?;
        let rows: Vec<Row> = diesel::sql_query(concat!(
            "SELECT 'space:' || sm.space_id AS topic, ",
            user_ref!("u", "sm.nickname"),
            " AS person FROM space_members sm JOIN users u ON u.id = sm.user_id \
             WHERE sm.user_id = $1 UNION SELECT 'user:' || other.user_id, ",
            user_ref!("u"),
            " FROM users u JOIN chat_members mine ON mine.user_id = u.id \
             JOIN chat_members other ON other.chat_id = mine.chat_id WHERE u.id = $1"
        ))
        .bind::<SqlUuid, _>(user.0)
        .load(conn)
        .await?;
        let face =
            |row: Row| Ok((row.topic.parse().map_err(ApiError::internal)?, from_json(row.person)?));
        rows.into_iter().map(face).collect()
    }

    async fn audience(&self, user: UserId) -> ApiResult<Vec<Topic>> {
        let sql = "SELECT 'space:' || space_id AS topic FROM space_members WHERE user_id = $1 \
             UNION SELECT 'user:' || other.user_id FROM chat_members mine \
             JOIN chat_members other ON other.chat_id = mine.chat_id AND other.user_id <> $1 \
             WHERE mine.user_id = $1 UNION SELECT 'user:' || $1";
        self.topics_of(sql, user).await
    }
}

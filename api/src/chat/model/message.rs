//! Messages: a page in three queries whatever its size (texts with authors and replies, reactions,
//! mentions).

use super::sql::{from_json, user_ref};
use super::{mention, reaction};
use crate::platform::db::PgConn;
use crate::platform::schema::{chats, message_versions, messages};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{Message, MessageType, MessageVersion, ReplyPreview};
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use shared::markdown;
use uuid::Uuid;

/// Characters of an answered message that are shown.
pub const EXCERPT: usize = 140;

/// A message with its author and what it answers.
#[derive(Clone, Debug, QueryableByName)]
pub struct MessageRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    chat_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = SqlUuid)]
    author_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    author: Value,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    #[diesel(sql_type = Text)]
    nonce: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    reply_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    reply_seq: Option<i64>,
    /// Absent when the answered message is deleted.
    #[diesel(sql_type = Nullable<Text>)]
    reply_content: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    reply_author: Option<Value>,
}

const SELECT: &str = concat!(
    "SELECT m.id, m.chat_id, m.seq, m.author_id, ",
    user_ref!("u"),
    " AS author, m.content, m.subject, m.nonce, m.created_at, m.edited_at, m.deleted_at, \
     p.id AS reply_id, p.seq AS reply_seq, \
     CASE WHEN p.deleted_at IS NULL THEN left(p.content, 600) END AS reply_content, \
     CASE WHEN p.id IS NOT NULL AND p.deleted_at IS NULL THEN ",
    user_ref!("pu"),
    " END AS reply_author FROM messages m JOIN users u ON u.id = m.author_id \
     LEFT JOIN messages p ON p.id = m.reply_to LEFT JOIN users pu ON pu.id = p.author_id "
);

impl MessageRow {
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId(self.id)
    }

    #[must_use]
    pub fn chat_id(&self) -> ChatId {
        ChatId(self.chat_id)
    }

    #[must_use]
    pub fn author_id(&self) -> UserId {
        UserId(self.author_id)
    }

    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The author as others see him.
    ///
    /// # Errors
    /// The query and the type do not fit.
    pub fn author(&self) -> QueryResult<UserRef> {
        from_json(self.author.clone())
    }

    /// The message this one answers.
    #[must_use]
    pub fn reply_to(&self) -> Option<MessageId> {
        self.reply_id.map(MessageId)
    }

    /// A message that is not deleted.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, id: MessageId) -> QueryResult<Self> {
        diesel::sql_query(format!("{SELECT} WHERE m.id = $1 AND m.deleted_at IS NULL"))
            .bind::<SqlUuid, _>(id.0)
            .get_result(conn)
            .await
    }

    /// These messages, in the order of the ids; deleted ones are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_all(conn: &mut PgConn, ids: &[MessageId]) -> QueryResult<Vec<Self>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let mut rows: Vec<Self> =
            diesel::sql_query(format!("{SELECT} WHERE m.id = ANY($1) AND m.deleted_at IS NULL"))
                .bind::<Array<SqlUuid>, _>(&ids)
                .load(conn)
                .await?;
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        Ok(rows)
    }

    /// The message of an author's nonce, deleted or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_nonce(
        conn: &mut PgConn,
        chat: ChatId,
        author: UserId,
        nonce: &str,
    ) -> QueryResult<Option<Self>> {
        diesel::sql_query(format!(
            "{SELECT} WHERE m.chat_id = $1 AND m.author_id = $2 AND m.nonce = $3"
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<SqlUuid, _>(author.0)
        .bind::<Text, _>(nonce)
        .get_result(conn)
        .await
        .optional()
    }

    /// The newest `limit` messages before a `seq`, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_before(
        conn: &mut PgConn,
        chat: ChatId,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        Self::page(conn, "m.seq < $2", "DESC", chat, seq, limit).await
    }

    /// The oldest `limit` messages after a `seq`, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_after(
        conn: &mut PgConn,
        chat: ChatId,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        Self::page(conn, "m.seq > $2", "ASC", chat, seq, limit).await
    }

    async fn page(
        conn: &mut PgConn,
        side: &str,
        order: &str,
        chat: ChatId,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        diesel::sql_query(format!(
            "{SELECT} WHERE m.chat_id = $1 AND {side} AND m.deleted_at IS NULL \
             ORDER BY m.seq {order} LIMIT $3"
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<BigInt, _>(seq)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await
    }
}

/// The `seq` of the first message at or after a time; past the end when there is none.
///
/// # Errors
/// The database's.
pub async fn seq_at(conn: &mut PgConn, chat: ChatId, at: DateTime<Utc>) -> QueryResult<i64> {
    let seq: Option<i64> = messages::table
        .filter(messages::chat_id.eq(chat).and(messages::created_at.ge(at)))
        .order((messages::created_at, messages::seq))
        .select(messages::seq)
        .first(conn)
        .await
        .optional()?;
    Ok(seq.unwrap_or(i64::MAX))
}

/// Wire messages as `reader` sees them, in the order of the rows.
///
/// # Errors
/// The database's.
pub async fn assemble(
    conn: &mut PgConn,
    rows: Vec<MessageRow>,
    reader: UserId,
) -> QueryResult<Vec<Message>> {
    let ids: Vec<MessageId> = rows.iter().map(MessageRow::id).collect();
    let mut reactions = reaction::of_messages(conn, &ids, reader).await?;
    let mut mentions = mention::of_messages(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let id = row.id();
            Ok(Message {
                id,
                chat_id: row.chat_id(),
                seq: row.seq,
                author: from_json(row.author)?,
                content: row.content,
                kind: MessageType::Text,
                subject: row.subject,
                reply_to: match (row.reply_id, row.reply_seq) {
                    (Some(reply), Some(seq)) => Some(ReplyPreview {
                        id: MessageId(reply),
                        seq,
                        author: row.reply_author.map(from_json).transpose()?,
                        excerpt: row.reply_content.map(|text| markdown::plain(&text, EXCERPT)),
                    }),
                    _ => None,
                },
                reactions: reactions.remove(&id).unwrap_or_default(),
                mentions: mentions.remove(&id).unwrap_or_default(),
                edited_at: row.edited_at,
                created_at: row.created_at,
                nonce: row.nonce,
            })
        })
        .collect()
}

/// A message to insert.
#[derive(Insertable)]
#[diesel(table_name = messages)]
pub struct NewMessage<'a> {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub seq: i64,
    pub author_id: UserId,
    pub content: &'a str,
    pub reply_to: Option<MessageId>,
    pub nonce: &'a str,
    pub created_at: DateTime<Utc>,
}

impl NewMessage<'_> {
    /// Inserts; `false` when the author's nonce was used in this chat before.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<bool> {
        let rows = diesel::insert_into(messages::table)
            .values(self)
            .on_conflict((messages::chat_id, messages::author_id, messages::nonce))
            .do_nothing()
            .execute(conn)
            .await?;
        Ok(rows == 1)
    }
}

/// Takes the chat's next `seq`. Holds the chat's row until commit: messages commit in their order.
///
/// # Errors
/// The database's.
pub async fn next_seq(conn: &mut PgConn, chat: ChatId, at: DateTime<Utc>) -> QueryResult<i64> {
    diesel::update(chats::table.find(chat))
        .set((chats::last_seq.eq(chats::last_seq + 1), chats::last_message_at.eq(at)))
        .returning(chats::last_seq)
        .get_result(conn)
        .await
}

/// Waits for other changes of this message and returns whether it is still there.
///
/// # Errors
/// The database's.
pub async fn lock(conn: &mut PgConn, id: MessageId) -> QueryResult<bool> {
    let found: Option<MessageId> = messages::table
        .filter(messages::id.eq(id).and(messages::deleted_at.is_null()))
        .select(messages::id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Replaces the text and keeps the old one as a version.
///
/// # Errors
/// The database's.
pub async fn edit(
    conn: &mut PgConn,
    row: &MessageRow,
    content: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(message_versions::table)
        .values((
            message_versions::message_id.eq(row.id()),
            message_versions::written_at.eq(row.edited_at.unwrap_or(row.created_at)),
            message_versions::content.eq(&row.content),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    diesel::update(messages::table.find(row.id()))
        .set((messages::content.eq(content), messages::edited_at.eq(at)))
        .execute(conn)
        .await
        .map(drop)
}

/// Hides the message from everybody; who did it stays on record.
///
/// # Errors
/// The database's.
pub async fn delete(
    conn: &mut PgConn,
    id: MessageId,
    by: UserId,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(messages::table.find(id))
        .set((messages::deleted_at.eq(at), messages::deleted_by.eq(by)))
        .execute(conn)
        .await
        .map(drop)
}

/// The first text of a message that was edited.
///
/// # Errors
/// The database's.
pub async fn original(conn: &mut PgConn, id: MessageId) -> QueryResult<Option<String>> {
    message_versions::table
        .filter(message_versions::message_id.eq(id))
        .order(message_versions::written_at)
        .select(message_versions::content)
        .first(conn)
        .await
        .optional()
}

/// The latest hundred earlier texts of a message, oldest first.
///
/// # Errors
/// The database's.
pub async fn versions(conn: &mut PgConn, id: MessageId) -> QueryResult<Vec<MessageVersion>> {
    let rows: Vec<(String, DateTime<Utc>)> = message_versions::table
        .filter(message_versions::message_id.eq(id))
        .order(message_versions::written_at.desc())
        .limit(100)
        .select((message_versions::content, message_versions::written_at))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .rev()
        .map(|(content, written_at)| MessageVersion { content, written_at })
        .collect())
}

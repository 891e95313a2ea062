//! Messages: a page in five queries whatever its size (texts with authors and replies, reactions,
//! mentions of people and of many, threads, files).

use super::sql::{from_json, user_ref};
use super::{group_mention, mention, reaction, sticker, thread};
use crate::files::model::attachments;
use crate::files::model::file::FileRow;
use crate::platform::db::PgConn;
use crate::platform::schema::messages;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{Message, MessageType, ReplyPreview};
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
    #[diesel(sql_type = Nullable<SqlUuid>)]
    thread_root: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    pinned: bool,
}

const SELECT: &str = concat!(
    "SELECT m.id, m.chat_id, m.seq, m.author_id, ",
    user_ref!("u", "um.nickname"),
    " AS author, m.content, m.subject, m.nonce, m.created_at, m.edited_at, m.deleted_at, \
     m.thread_root, pin.message_id IS NOT NULL AS pinned, p.id AS reply_id, p.seq AS reply_seq, \
     CASE WHEN p.deleted_at IS NULL THEN left(p.content, 600) END AS reply_content, \
     CASE WHEN p.id IS NOT NULL AND p.deleted_at IS NULL THEN ",
    user_ref!("pu", "pm.nickname"),
    " END AS reply_author FROM messages m JOIN chats c ON c.id = m.chat_id \
     JOIN users u ON u.id = m.author_id \
     LEFT JOIN space_members um ON um.space_id = c.space_id AND um.user_id = m.author_id \
     LEFT JOIN messages p ON p.id = m.reply_to LEFT JOIN users pu ON pu.id = p.author_id \
     LEFT JOIN space_members pm ON pm.space_id = c.space_id AND pm.user_id = p.author_id \
     LEFT JOIN pins pin ON pin.message_id = m.id "
);

/// Whose messages a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The chat's own ones, without the replies of threads.
    Chat(ChatId),
    /// The replies that hang on this message.
    Thread(MessageId),
}

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

    /// The message whose thread this one belongs to.
    #[must_use]
    pub fn thread_root(&self) -> Option<MessageId> {
        self.thread_root.map(MessageId)
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
        place: Place,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        Self::page(conn, "m.seq < $2", "DESC", place, seq, limit).await
    }

    /// The oldest `limit` messages after a `seq`, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_after(
        conn: &mut PgConn,
        place: Place,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        Self::page(conn, "m.seq > $2", "ASC", place, seq, limit).await
    }

    async fn page(
        conn: &mut PgConn,
        side: &str,
        order: &str,
        place: Place,
        seq: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let (within, id) = match place {
            Place::Chat(chat) => ("m.chat_id = $1 AND m.thread_root IS NULL", chat.0),
            Place::Thread(root) => ("m.thread_root = $1", root.0),
        };
        diesel::sql_query(format!(
            "{SELECT} WHERE {within} AND {side} AND m.deleted_at IS NULL \
             ORDER BY m.seq {order} LIMIT $3"
        ))
        .bind::<SqlUuid, _>(id)
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
    let mut threads = thread::summaries(conn, &ids).await?;
    // Those of answered messages come along: one of them stands for a text that is not there.
    let mut groups = group_mention::of_messages(conn, &ids).await?;
    let answered = rows.iter().filter(|row| row.reply_content.is_some());
    let answered: Vec<MessageId> = answered.filter_map(MessageRow::reply_to).collect();
    let files = attachments::of_messages(conn, &[ids.as_slice(), &answered].concat()).await?;
    let messages = rows
        .into_iter()
        .map(|row| {
            let id = row.id();
            Ok(Message {
                id,
                chat_id: row.chat_id(),
                seq: row.seq,
                author: from_json(row.author)?,
                content: row.content,
                attachments: files.get(&id).map_or_else(Vec::new, |files| {
                    files.iter().cloned().map(FileRow::into_attachment).collect()
                }),
                sticker: None,
                kind: MessageType::Text,
                subject: row.subject,
                reply_to: match (row.reply_id, row.reply_seq) {
                    (Some(reply), Some(seq)) => Some(ReplyPreview {
                        id: MessageId(reply),
                        seq,
                        author: row.reply_author.map(from_json).transpose()?,
                        file: files
                            .get(&MessageId(reply))
                            .filter(|_| row.reply_content.is_some())
                            .and_then(|files| files.iter().next().map(FileRow::hint)),
                        excerpt: row.reply_content.map(|text| markdown::plain(&text, EXCERPT)),
                        sticker: None,
                    }),
                    _ => None,
                },
                reactions: reactions.remove(&id).unwrap_or_default(),
                mentions: mentions.remove(&id).unwrap_or_default(),
                thread_root: row.thread_root.map(MessageId),
                thread: threads.remove(&id),
                pinned: row.pinned,
                mention_groups: groups.remove(&id).unwrap_or_default(),
                edited_at: row.edited_at,
                created_at: row.created_at,
                nonce: row.nonce,
            })
        })
        .collect::<QueryResult<Vec<Message>>>();
    let mut messages = messages?;
    sticker::fill(conn, &mut messages).await?;
    Ok(messages)
}

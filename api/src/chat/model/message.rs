//! Messages: a page in two statements whatever its size (texts with authors and answered messages;
//! all that hangs on them).

use super::details::{self, Details};
use super::sql::{called, from_json, user_ref};
use crate::files::model::file::FileRow;
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
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
    " END AS reply_author"
);

/// After the messages, named `m`.
const JOINS: &str = concat!(
    "JOIN chats c ON c.id = m.chat_id JOIN users u ON u.id = m.author_id ",
    called!("um", "m.author_id"),
    "LEFT JOIN messages p ON p.id = m.reply_to LEFT JOIN users pu ON pu.id = p.author_id ",
    called!("pm", "p.author_id"),
    "LEFT JOIN pins pin ON pin.message_id = m.id"
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
        let sql =
            format!("{SELECT} FROM messages m {JOINS} WHERE m.id = $1 AND m.deleted_at IS NULL");
        prepared(diesel::sql_query(sql).bind::<SqlUuid, _>(id.0)).get_result(conn).await
    }

    /// These messages, in the order of the ids; deleted ones are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_all(conn: &mut PgConn, ids: &[MessageId]) -> QueryResult<Vec<Self>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let sql = format!(
            "{SELECT} FROM messages m {JOINS} WHERE m.id = ANY($1) AND m.deleted_at IS NULL"
        );
        let query = diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(&ids);
        let mut rows: Vec<Self> = prepared(query).load(conn).await?;
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
            "{SELECT} FROM messages m {JOINS} WHERE m.chat_id = $1 AND m.author_id = $2 AND m.nonce = $3"
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<SqlUuid, _>(author.0)
        .bind::<Text, _>(nonce)
        .get_result(conn)
        .await
        .optional()
    }

    /// Up to `older` messages before a point, and up to `newer` at and after it; oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        conn: &PgConn,
        place: Place,
        point: Point,
        (older, newer): (usize, usize),
    ) -> QueryResult<(Vec<Self>, Vec<Self>)> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(embed)]
            message: MessageRow,
            #[diesel(sql_type = Bool)]
            is_newer: bool,
        }
        let (own, id) = match place {
            Place::Chat(chat) => ("m.chat_id = $1 AND m.thread_root IS NULL", chat.0),
            Place::Thread(root) => ("m.thread_root = $1", root.0),
        };
        let (seq, at) = match point {
            Point::Seq(seq) => (Some(seq), None),
            Point::Time(at) => (None, Some(at)),
        };
        // Of a time the first message at or after it, in the whole chat.
        let point = match point {
            Point::Seq(_) => "$2",
            Point::Time(_) => {
                "coalesce((SELECT m.seq FROM messages m WHERE m.chat_id = $1 \
                 AND m.created_at >= $3 ORDER BY m.created_at, m.seq LIMIT 1), $2)"
            }
        };
        let (before, after) = (asked(older), asked(newer));
        let sql = format!(
            "{SELECT}, m.is_newer FROM ((SELECT *, false AS is_newer FROM messages m WHERE {own} \
                 AND m.seq < {point} AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT {before}) UNION ALL \
             (SELECT *, true AS is_newer FROM messages m WHERE {own} AND m.seq >= {point} \
                 AND m.deleted_at IS NULL ORDER BY m.seq LIMIT {after})) m {JOINS} ORDER BY m.seq"
        );
        let query = diesel::sql_query(sql)
            .bind::<SqlUuid, _>(id)
            .bind::<BigInt, _>(seq.unwrap_or(i64::MAX))
            .bind::<Nullable<Timestamptz>, _>(at);
        let rows: Vec<Row> = prepared(query).load(&mut &*conn).await?;
        let (after, before): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.is_newer);
        let surplus = before.len().saturating_sub(older);
        let before = before.into_iter().skip(surplus).map(|row| row.message);
        let after = after.into_iter().take(newer).map(|row| row.message);
        Ok((before.collect(), after.collect()))
    }
}

/// How many rows a statement asks for that needs so many: one of a few numbers that stand in its
/// text, for PostgreSQL keeps no plan whose limit it does not know.
fn asked(rows: usize) -> usize {
    [1, 16, 26, 31, 51].into_iter().find(|size| *size >= rows).unwrap_or(rows.max(101))
}

/// A place in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Seq(i64),
    /// The first message of the chat at or after this time; past the end when there is none.
    Time(DateTime<Utc>),
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
    let answered = rows.iter().filter(|row| row.reply_content.is_some());
    let answered: Vec<MessageId> = answered.filter_map(MessageRow::reply_to).collect();
    let Details {
        mut reactions,
        mut mentions,
        mut groups,
        mut threads,
        files,
        stickers,
        forwarded,
        mut previews,
    } = details::of_messages(conn, &ids, &answered, reader).await?;
    rows.into_iter()
        .map(|row| {
            let id = row.id();
            let sticker = stickers.get(&id).cloned();
            Ok(Message {
                id,
                chat_id: row.chat_id(),
                seq: row.seq,
                author: from_json(row.author)?,
                content: row.content,
                attachments: files.get(&id).map_or_else(Vec::new, |files| {
                    files.iter().cloned().map(FileRow::into_attachment).collect()
                }),
                kind: if sticker.is_some() { MessageType::Sticker } else { MessageType::Text },
                sticker,
                forwarded: forwarded.get(&id).cloned().map(Box::new),
                previews: previews.remove(&id).unwrap_or_default(),
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
                        sticker: stickers
                            .get(&MessageId(reply))
                            .filter(|_| row.reply_content.is_some())
                            .map(|sticker| sticker.name.clone()),
                        excerpt: row.reply_content.map(|text| {
                            let passed_on = forwarded.get(&MessageId(reply));
                            let words = match passed_on.filter(|_| text.is_empty()) {
                                Some(forwarded) => &forwarded.content,
                                None => &text,
                            };
                            markdown::plain(words, EXCERPT)
                        }),
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
        .collect()
}

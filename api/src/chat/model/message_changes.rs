//! What changes messages: insert, edit, delete, and the texts they had.

use super::message::MessageRow;
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
use crate::platform::schema::{chats, message_versions, messages};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::chat::{Message, MessageVersion};
use shared::ids::{ChatId, MessageId, StickerId, UserId};
use std::collections::HashSet;
use uuid::Uuid;

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
    pub thread_root: Option<MessageId>,
    pub sticker_id: Option<StickerId>,
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

/// Writes new texts of one chat, as [`NewMessage::insert`] would; the ids of those that were written.
///
/// # Errors
/// The database's.
pub async fn insert_plain(
    conn: &PgConn,
    chat: ChatId,
    messages: &[Message],
    at: DateTime<Utc>,
) -> QueryResult<HashSet<MessageId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: MessageId,
    }
    let column = |of: fn(&Message) -> Uuid| messages.iter().map(of).collect::<Vec<_>>();
    let query = diesel::sql_query(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce, created_at) \
         SELECT t.id, $1, t.seq, t.author_id, t.content, t.nonce, $2 \
         FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::text[], $7::text[]) \
             AS t (id, seq, author_id, content, nonce) \
         ON CONFLICT (chat_id, author_id, nonce) DO NOTHING RETURNING id",
    )
    .bind::<SqlUuid, _>(chat.0)
    .bind::<Timestamptz, _>(at)
    .bind::<Array<SqlUuid>, _>(column(|message| message.id.0))
    .bind::<Array<BigInt>, _>(messages.iter().map(|message| message.seq).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(column(|message| message.author.id.0))
    .bind::<Array<Text>, _>(messages.iter().map(|message| &message.content).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(messages.iter().map(|message| &message.nonce).collect::<Vec<_>>());
    let rows: Vec<Row> = prepared(query).load(&mut &*conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes the chat's next `count` numbers; returns the last of them. Holds the chat's row until
/// commit: messages commit in their order.
///
/// # Errors
/// `NotFound` when it was deleted, or the database's.
pub async fn next_seqs(
    conn: &PgConn,
    chat: ChatId,
    count: i64,
    at: DateTime<Utc>,
) -> QueryResult<i64> {
    let living = chats::table.find(chat).filter(chats::doomed_at.is_null());
    let update = diesel::update(living)
        .set((chats::last_seq.eq(chats::last_seq + count), chats::last_message_at.eq(at)))
        .returning(chats::last_seq);
    prepared(update).get_result(&mut &*conn).await
}

/// Waits for other changes of this message and returns whether it is still there. What answers it may
/// come meanwhile: it has its place in the stream already, for which who changes this one will wait.
///
/// # Errors
/// The database's.
pub async fn lock(conn: &mut PgConn, id: MessageId) -> QueryResult<bool> {
    let found: Option<MessageId> = messages::table
        .filter(messages::id.eq(id).and(messages::deleted_at.is_null()))
        .select(messages::id)
        .for_no_key_update()
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

/// Whether the author used the nonce in this chat before.
///
/// # Errors
/// The database's.
pub async fn is_used(
    conn: &mut PgConn,
    chat: ChatId,
    author: UserId,
    nonce: &str,
) -> QueryResult<bool> {
    let used = messages::table
        .filter(messages::chat_id.eq(chat).and(messages::author_id.eq(author)))
        .filter(messages::nonce.eq(nonce));
    diesel::select(diesel::dsl::exists(used)).get_result(conn).await
}

/// When an author wrote last in a chat, before the message `but`; deleted ones count too.
///
/// # Errors
/// The database's.
pub async fn written_before(
    conn: &mut PgConn,
    chat: ChatId,
    author: UserId,
    but: MessageId,
) -> QueryResult<Option<DateTime<Utc>>> {
    messages::table
        .filter(messages::chat_id.eq(chat).and(messages::author_id.eq(author)))
        .filter(messages::id.ne(but))
        .order(messages::seq.desc())
        .select(messages::created_at)
        .first(conn)
        .await
        .optional()
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

//! What changes messages: insert, edit, delete, and the texts they had.

use super::message::MessageRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{chats, message_versions, messages};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::chat::MessageVersion;
use shared::ids::{ChatId, MessageId, StickerId, UserId};

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

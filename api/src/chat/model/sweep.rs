//! Messages that go, one or many.

use super::preview;
use crate::platform::db::PgConn;
use crate::platform::schema::{forwards, message_versions, messages, pins};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use uuid::Uuid;

/// A message that was deleted.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Gone {
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub chat_id: ChatId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: UserId,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The last `seq` of its chat.
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub thread_root: Option<MessageId>,
}

/// Takes messages from everybody, also from the pinned ones: their texts, those they had before, what
/// they pass on, what is shown of their links and the pins go, the rows stay in the order of the chat with who did it. Returns those that were not
/// deleted yet, by chat and oldest first.
///
/// # Errors
/// The database's.
pub async fn remove(
    conn: &mut PgConn,
    ids: &[MessageId],
    by: UserId,
    at: DateTime<Utc>,
) -> QueryResult<Vec<Gone>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut gone: Vec<Gone> = diesel::sql_query(
        "WITH locked AS (SELECT id FROM messages WHERE id = ANY($1) AND deleted_at IS NULL \
             ORDER BY id FOR NO KEY UPDATE) \
         UPDATE messages m SET deleted_at = $2, deleted_by = $3, content = '', subject = NULL \
         FROM locked, chats c WHERE m.id = locked.id AND c.id = m.chat_id \
         RETURNING m.id, m.chat_id, c.space_id, m.author_id, m.seq, c.last_seq, m.thread_root",
    )
    .bind::<Array<SqlUuid>, _>(wanted)
    .bind::<Timestamptz, _>(at)
    .bind::<SqlUuid, _>(by.0)
    .load(conn)
    .await?;
    let ids: Vec<MessageId> = gone.iter().map(|message| message.id).collect();
    diesel::delete(pins::table.filter(pins::message_id.eq_any(&ids))).execute(conn).await?;
    diesel::delete(forwards::table.filter(forwards::message_id.eq_any(&ids))).execute(conn).await?;
    preview::forget(conn, &ids).await?;
    diesel::delete(message_versions::table.filter(message_versions::message_id.eq_any(&ids)))
        .execute(conn)
        .await?;
    gone.sort_by_key(|message| (message.chat_id, message.seq));
    Ok(gone)
}

/// What a person wrote in the chats of a space since a time, at most the latest 5,000.
///
/// # Errors
/// The database's.
pub async fn recent(
    conn: &mut PgConn,
    space: SpaceId,
    author: UserId,
    since: DateTime<Utc>,
) -> QueryResult<Vec<MessageId>> {
    use crate::platform::schema::chats;
    messages::table
        .inner_join(chats::table.on(chats::id.eq(messages::chat_id)))
        .filter(chats::space_id.eq(space).and(messages::author_id.eq(author)))
        .filter(messages::created_at.ge(since).and(messages::deleted_at.is_null()))
        .order(messages::created_at.desc())
        .limit(5_000)
        .select(messages::id)
        .load(conn)
        .await
}

/// The oldest messages of a person that are not deleted, of one chat, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn oldest(conn: &mut PgConn, author: UserId, limit: i64) -> QueryResult<Vec<MessageId>> {
    let left = messages::author_id.eq(author).and(messages::deleted_at.is_null());
    let chat: Option<ChatId> = messages::table
        .filter(left)
        .order(messages::id)
        .select(messages::chat_id)
        .first(conn)
        .await
        .optional()?;
    let Some(chat) = chat else { return Ok(Vec::new()) };
    messages::table
        .filter(left.and(messages::chat_id.eq(chat)))
        .order(messages::seq)
        .limit(limit)
        .select(messages::id)
        .load(conn)
        .await
}

/// Empties messages of a person that were deleted before deleting emptied them; returns how many.
///
/// # Errors
/// The database's.
pub async fn empty_deleted(conn: &mut PgConn, author: UserId, limit: i64) -> QueryResult<usize> {
    let ids: Vec<MessageId> = messages::table
        .filter(messages::author_id.eq(author).and(messages::deleted_at.is_not_null()))
        .filter(messages::content.ne("").or(messages::subject.is_not_null()))
        .limit(limit)
        .select(messages::id)
        .load(conn)
        .await?;
    diesel::delete(message_versions::table.filter(message_versions::message_id.eq_any(&ids)))
        .execute(conn)
        .await?;
    diesel::update(messages::table.filter(messages::id.eq_any(&ids)))
        .set((messages::content.eq(""), messages::subject.eq(None::<String>)))
        .execute(conn)
        .await
}

//! Many messages of one person at once.

use crate::platform::db::PgConn;
use crate::platform::schema::pins;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};

/// A message that was deleted, and the last `seq` of its chat.
#[derive(QueryableByName)]
pub struct Gone {
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub chat_id: ChatId,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub thread_root: Option<MessageId>,
}

/// Deletes what a person wrote in the chats of a space since a time, at most the latest 5,000, as
/// [`super::message_changes::delete`] does one by one. Oldest first.
///
/// # Errors
/// The database's.
pub async fn delete_recent(
    conn: &mut PgConn,
    space: SpaceId,
    author: UserId,
    since: DateTime<Utc>,
    by: UserId,
    at: DateTime<Utc>,
) -> QueryResult<Vec<Gone>> {
    let mut gone: Vec<Gone> = diesel::sql_query(
        "WITH recent AS (SELECT m.id FROM messages m JOIN chats c ON c.id = m.chat_id \
             WHERE c.space_id = $1 AND m.author_id = $2 AND m.created_at >= $3 \
               AND m.deleted_at IS NULL ORDER BY m.created_at DESC LIMIT 5000), \
         locked AS (SELECT m.id FROM messages m WHERE m.id IN (SELECT id FROM recent) \
             AND m.deleted_at IS NULL ORDER BY m.id FOR UPDATE) \
         UPDATE messages m SET deleted_at = $4, deleted_by = $5 FROM locked, chats c \
         WHERE m.id = locked.id AND c.id = m.chat_id \
         RETURNING m.id, m.chat_id, m.seq, c.last_seq, m.thread_root",
    )
    .bind::<SqlUuid, _>(space.0)
    .bind::<SqlUuid, _>(author.0)
    .bind::<Timestamptz, _>(since)
    .bind::<Timestamptz, _>(at)
    .bind::<SqlUuid, _>(by.0)
    .load(conn)
    .await?;
    let ids: Vec<MessageId> = gone.iter().map(|message| message.id).collect();
    diesel::delete(pins::table.filter(pins::message_id.eq_any(ids))).execute(conn).await?;
    gone.sort_by_key(|message| (message.chat_id, message.seq));
    Ok(gone)
}

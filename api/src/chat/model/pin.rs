//! Pinned messages.

use super::message::{MessageRow, assemble};
use super::sql::{from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::pins;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{MAX_PINS, Pin};
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// Pins a message; `false` when it is pinned already.
///
/// # Errors
/// The database's.
pub async fn insert(
    conn: &mut PgConn,
    chat: ChatId,
    message: MessageId,
    by: UserId,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::insert_into(pins::table)
        .values((
            pins::message_id.eq(message),
            pins::chat_id.eq(chat),
            pins::pinned_by.eq(by),
            pins::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Unpins a message; `false` when it is not pinned.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, message: MessageId) -> QueryResult<bool> {
    Ok(diesel::delete(pins::table.find(message)).execute(conn).await? == 1)
}

/// How many messages of a chat are pinned.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, chat: ChatId) -> QueryResult<i64> {
    pins::table.filter(pins::chat_id.eq(chat)).count().get_result(conn).await
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    message_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    by: Value,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// The pinned messages of a chat, the newest pin first, as `reader` sees them.
///
/// # Errors
/// The database's.
pub async fn of_chat(conn: &mut PgConn, chat: ChatId, reader: UserId) -> QueryResult<Vec<Pin>> {
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT p.message_id, ",
        user_ref!("u", "um.nickname"),
        " AS by, p.created_at FROM pins p JOIN users u ON u.id = p.pinned_by \
         JOIN chats c ON c.id = p.chat_id \
         LEFT JOIN space_members um ON um.space_id = c.space_id AND um.user_id = u.id \
         WHERE p.chat_id = $1 ORDER BY p.created_at DESC, p.message_id DESC LIMIT $2"
    ))
    .bind::<SqlUuid, _>(chat.0)
    .bind::<BigInt, _>(MAX_PINS as i64)
    .load(conn)
    .await?;
    let ids: Vec<MessageId> = rows.iter().map(|row| MessageId(row.message_id)).collect();
    let messages = MessageRow::find_all(conn, &ids).await?;
    let mut pinned: HashMap<MessageId, (UserRef, DateTime<Utc>)> = rows
        .into_iter()
        .map(|row| Ok((MessageId(row.message_id), (from_json(row.by)?, row.created_at))))
        .collect::<QueryResult<_>>()?;
    let messages = assemble(conn, messages, reader).await?;
    Ok(messages
        .into_iter()
        .filter_map(|message| {
            let (pinned_by, pinned_at) = pinned.remove(&message.id)?;
            Some(Pin { message, pinned_by, pinned_at })
        })
        .collect())
}

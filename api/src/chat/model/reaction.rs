//! Reactions: several people, several emoji, each once.

use super::details;
use super::sql::{called, from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::reactions;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::Timestamp;
use shared::chat::Reaction;
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};
use std::collections::HashMap;

/// The reactions of messages as a part of [`details`]: each emoji with its first ten people.
pub const OF_MESSAGES: &str = concat!(
    "SELECT 'reactions' AS part, x.message_id, jsonb_agg(jsonb_build_object('emoji', x.emoji, \
         'count', x.count, 'me', x.me, 'users', x.users) ORDER BY x.first_at, x.emoji) AS data \
     FROM (SELECT r.message_id, r.emoji, count(*) AS count, bool_or(r.user_id = $2) AS me, \
         min(r.created_at) AS first_at, to_jsonb((array_agg(",
    user_ref!("u", "um.nickname"),
    " ORDER BY r.created_at, r.user_id))[1:10]) AS users \
         FROM reactions r JOIN users u ON u.id = r.user_id \
         JOIN messages m ON m.id = r.message_id JOIN chats c ON c.id = m.chat_id ",
    called!("um", "r.user_id"),
    "WHERE r.message_id = ANY($1) GROUP BY r.message_id, r.emoji) x GROUP BY x.message_id"
);

/// The reactions of a message, each emoji with its first ten people.
///
/// # Errors
/// The database's.
pub async fn of_message(
    conn: &mut PgConn,
    id: MessageId,
    reader: UserId,
) -> QueryResult<Vec<Reaction>> {
    let found = details::only(conn, OF_MESSAGES, &[id], Some(reader)).await?.pop();
    found.map_or_else(|| Ok(Vec::new()), |(_, data)| from_json(data))
}

/// When somebody reacted, and who: where a page ends.
pub type ReactorKey = (Timestamp, UserId);

/// The people who reacted to a message with an emoji after a key, the first one first.
///
/// # Errors
/// The database's.
pub async fn people(
    conn: &mut PgConn,
    message: MessageId,
    emoji: &str,
    after: Option<ReactorKey>,
    limit: i64,
) -> QueryResult<Vec<(UserRef, ReactorKey)>> {
    #[derive(QueryableByName)]
    struct Person {
        #[diesel(sql_type = Jsonb)]
        person: Value,
        #[diesel(sql_type = Timestamptz)]
        created_at: Timestamp,
    }
    let (at, id) = after.map_or((None, None), |(at, id)| (Some(at), Some(id.0)));
    let rows: Vec<Person> = diesel::sql_query(concat!(
        "SELECT ",
        user_ref!("u", "um.nickname"),
        " AS person, r.created_at FROM reactions r JOIN users u ON u.id = r.user_id \
         JOIN messages m ON m.id = r.message_id JOIN chats c ON c.id = m.chat_id ",
        called!("um", "r.user_id"),
        "WHERE r.message_id = $1 AND r.emoji = $2 \
         AND ($3 IS NULL OR (r.created_at, r.user_id) > ($3, $4)) \
         ORDER BY r.created_at, r.user_id LIMIT $5"
    ))
    .bind::<SqlUuid, _>(message.0)
    .bind::<Text, _>(emoji)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let people = rows.into_iter().map(|row| {
        let person: UserRef = from_json(row.person)?;
        let key = (row.created_at, person.id);
        Ok((person, key))
    });
    people.collect()
}

/// Adds or removes a reaction; `true` when it was added.
///
/// # Errors
/// The database's.
pub async fn toggle(
    conn: &mut PgConn,
    message: MessageId,
    user: UserId,
    emoji: &str,
) -> QueryResult<bool> {
    let removed =
        diesel::delete(reactions::table.find((message, emoji, user))).execute(conn).await?;
    if removed > 0 {
        return Ok(false);
    }
    diesel::insert_into(reactions::table)
        .values((
            reactions::message_id.eq(message),
            reactions::emoji.eq(emoji),
            reactions::user_id.eq(user),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(true)
}

/// How many people reacted with each emoji.
///
/// # Errors
/// The database's.
pub async fn counts(conn: &mut PgConn, message: MessageId) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = reactions::table
        .filter(reactions::message_id.eq(message))
        .group_by(reactions::emoji)
        .select((reactions::emoji, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

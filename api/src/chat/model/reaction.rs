//! Reactions: several people, several emoji, each once.

use super::sql::{from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::reactions;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::Timestamp;
use shared::chat::Reaction;
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    message_id: Uuid,
    #[diesel(sql_type = Text)]
    emoji: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = Bool)]
    me: bool,
    #[diesel(sql_type = Jsonb)]
    users: Value,
}

/// The reactions of messages, by message, each emoji with its first ten people.
///
/// # Errors
/// The database's.
pub async fn of_messages(
    conn: &mut PgConn,
    ids: &[MessageId],
    reader: UserId,
) -> QueryResult<HashMap<MessageId, Vec<Reaction>>> {
    let mut found: HashMap<MessageId, Vec<Reaction>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT r.message_id, r.emoji, count(*) AS count, bool_or(r.user_id = $2) AS me, \
         to_jsonb((array_agg(",
        user_ref!("u", "um.nickname"),
        " ORDER BY r.created_at, r.user_id))[1:10]) AS users \
         FROM reactions r JOIN users u ON u.id = r.user_id \
         JOIN messages m ON m.id = r.message_id JOIN chats c ON c.id = m.chat_id \
         LEFT JOIN space_members um ON um.space_id = c.space_id AND um.user_id = r.user_id WHERE r.message_id = ANY($1) \
         GROUP BY r.message_id, r.emoji ORDER BY min(r.created_at), r.emoji"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<SqlUuid, _>(reader.0)
    .load(conn)
    .await?;
    for row in rows {
        found.entry(MessageId(row.message_id)).or_default().push(Reaction {
            emoji: row.emoji,
            count: row.count,
            me: row.me,
            users: from_json(row.users)?,
        });
    }
    Ok(found)
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
         JOIN messages m ON m.id = r.message_id JOIN chats c ON c.id = m.chat_id \
         LEFT JOIN space_members um ON um.space_id = c.space_id AND um.user_id = r.user_id \
         WHERE r.message_id = $1 AND r.emoji = $2 \
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

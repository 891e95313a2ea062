//! Who is mentioned where.

use super::sql::{called, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::mentions;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use uuid::Uuid;

/// The people mentioned in messages, as a part of [`super::details`].
pub const OF_MESSAGES: &str = concat!(
    "SELECT 'mentions' AS part, x.message_id, jsonb_agg(",
    user_ref!("u", "um.nickname"),
    " ORDER BY u.nickname) AS data FROM mentions x JOIN users u ON u.id = x.user_id \
     JOIN chats c ON c.id = x.chat_id ",
    called!("um", "x.user_id"),
    "WHERE x.message_id = ANY($1) AND NOT x.via_here GROUP BY x.message_id"
);

/// Makes the mentions of a message exactly these: people by name, and who was there for `@here`.
///
/// # Errors
/// The database's.
pub async fn replace(
    conn: &mut PgConn,
    message: MessageId,
    chat: ChatId,
    seq: i64,
    people: &[UserRef],
    here: &[UserId],
) -> QueryResult<()> {
    diesel::delete(mentions::table.filter(mentions::message_id.eq(message))).execute(conn).await?;
    let by_name: Vec<_> = people.iter().map(|person| (person.id, false)).collect();
    let only_here = here.iter().filter(|id| people.iter().all(|person| person.id != **id));
    let rows = by_name.into_iter().chain(only_here.map(|id| (*id, true)));
    let (users, via_here): (Vec<Uuid>, Vec<bool>) = rows.map(|(user, here)| (user.0, here)).unzip();
    // Two lists, however many were there: a statement takes 65,535 values.
    diesel::sql_query(
        "INSERT INTO mentions (message_id, user_id, chat_id, seq, via_here) \
         SELECT $1, w.user_id, $2, $3, w.via_here \
         FROM unnest($4::uuid[], $5::bool[]) AS w (user_id, via_here) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(message.0)
    .bind::<SqlUuid, _>(chat.0)
    .bind::<BigInt, _>(seq)
    .bind::<Array<SqlUuid>, _>(users)
    .bind::<Array<Bool>, _>(via_here)
    .execute(conn)
    .await
    .map(drop)
}

//! Who is mentioned where.

use super::sql::{called, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::mentions;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};

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
    let rows: Vec<_> = by_name
        .into_iter()
        .chain(only_here.map(|id| (*id, true)))
        .map(|(user, via_here)| {
            (
                mentions::message_id.eq(message),
                mentions::user_id.eq(user),
                mentions::chat_id.eq(chat),
                mentions::seq.eq(seq),
                mentions::via_here.eq(via_here),
            )
        })
        .collect();
    diesel::insert_into(mentions::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

//! Entries that go: with what they are about, with its mention, with time.

use crate::platform::db::PgConn;
use crate::platform::schema::notifications as n;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, MessageId, NotificationId, UserId};
use shared::notifications::NotificationKind;

/// The messages that entries are about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    These(&'a [MessageId]),
    OfChats(&'a [ChatId]),
}

/// Some of the people who have entries about messages.
///
/// # Errors
/// The database's.
pub async fn notified(
    conn: &mut PgConn,
    about: About<'_>,
    limit: usize,
) -> QueryResult<Vec<UserId>> {
    let people = n::table
        .select(n::user_id)
        .order(n::user_id)
        .distinct()
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed();
    let people = match about {
        About::These(messages) => people.filter(n::message_id.eq_any(messages)),
        About::OfChats(chats) => {
            people.filter(n::chat_id.eq_any(chats).and(n::message_id.is_not_null()))
        }
    };
    people.load(conn).await
}

/// Removes the entries about messages of these chats; returns them.
///
/// # Errors
/// The database's.
pub async fn delete_in(
    conn: &mut PgConn,
    chats: &[ChatId],
) -> QueryResult<Vec<(UserId, NotificationId)>> {
    diesel::delete(n::table.filter(n::chat_id.eq_any(chats).and(n::message_id.is_not_null())))
        .returning((n::user_id, n::id))
        .get_results(conn)
        .await
}

/// Which mentions by a message are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// All.
    Any,
    /// Those by nickname, not as one of many.
    Name,
}

/// People with an unread mention by a message, but these.
///
/// # Errors
/// The database's.
pub async fn mentioned_without(
    conn: &mut PgConn,
    message: MessageId,
    keep: &[UserId],
    by: By,
    limit: usize,
) -> QueryResult<Vec<UserId>> {
    let mut query = n::table
        .filter(n::message_id.eq(message).and(n::kind.eq(NotificationKind::Mention.key())))
        .filter(n::read_at.is_null().and(n::user_id.ne_all(keep)))
        .order(n::user_id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(n::user_id)
        .into_boxed();
    if by == By::Name {
        query = query.filter(sql::<Bool>("detail->>'via' = 'you'"));
    }
    query.load(conn).await
}

/// Removes the entries of messages from people's inboxes; returns them.
///
/// # Errors
/// The database's.
pub async fn delete_of_messages(
    conn: &mut PgConn,
    messages: &[MessageId],
    people: &[UserId],
) -> QueryResult<Vec<(UserId, NotificationId)>> {
    diesel::delete(n::table.filter(n::message_id.eq_any(messages).and(n::user_id.eq_any(people))))
        .returning((n::user_id, n::id))
        .get_results(conn)
        .await
}

/// Forgets entries of long ago, read or not; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM notifications WHERE created_at < now() - interval '90 days' AND read_at IS NOT NULL \
         OR created_at < now() - interval '365 days'",
    )
    .execute(conn)
    .await
}

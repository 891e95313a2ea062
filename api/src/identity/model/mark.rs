//! `user_marks`: whom somebody blocked or muted.

use super::user::UserRefRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{user_marks, users};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::UserId;
use shared::people::{Mark, Marked};

/// Marks a person, or marks him otherwise.
///
/// # Errors
/// A foreign key when there is no such person, or the database's.
pub async fn set(
    conn: &mut PgConn,
    user: UserId,
    other: UserId,
    mark: Mark,
) -> QueryResult<DateTime<Utc>> {
    diesel::insert_into(user_marks::table)
        .values((
            user_marks::user_id.eq(user),
            user_marks::other_id.eq(other),
            user_marks::mark.eq(mark.key()),
        ))
        .on_conflict((user_marks::user_id, user_marks::other_id))
        .do_update()
        .set(user_marks::mark.eq(mark.key()))
        .returning(user_marks::created_at)
        .get_result(conn)
        .await
}

/// Takes a mark away; `false` when there was none.
///
/// # Errors
/// The database's.
pub async fn clear(conn: &mut PgConn, user: UserId, other: UserId) -> QueryResult<bool> {
    let gone = diesel::delete(user_marks::table.find((user, other))).execute(conn).await?;
    Ok(gone > 0)
}

/// Whether somebody has marked a person.
///
/// # Errors
/// The database's.
pub async fn exists(conn: &mut PgConn, user: UserId, other: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(user_marks::table.find((user, other))))
        .get_result(conn)
        .await
}

/// How many people somebody has marked.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    user_marks::table.filter(user_marks::user_id.eq(user)).count().get_result(conn).await
}

/// The people somebody has marked, by nickname.
///
/// # Errors
/// The database's.
pub async fn of_user(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<Marked>> {
    let rows: Vec<(UserRefRow, String, DateTime<Utc>)> = user_marks::table
        .inner_join(users::table.on(users::id.eq(user_marks::other_id)))
        .filter(user_marks::user_id.eq(user))
        .order(users::nickname)
        .select((UserRefRow::as_select(), user_marks::mark, user_marks::created_at))
        .load(conn)
        .await?;
    let marked = |(user, mark, since): (UserRefRow, String, _)| Marked {
        user: user.into(),
        mark: Mark::from_key(&mark).unwrap_or_default(),
        since,
    };
    Ok(rows.into_iter().map(marked).collect())
}

/// Which of these people do not want to be told of what `author` does.
///
/// # Errors
/// The database's.
pub async fn silenced(
    conn: &mut PgConn,
    author: UserId,
    people: &[UserId],
) -> QueryResult<Vec<UserId>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    user_marks::table
        .filter(user_marks::other_id.eq(author).and(user_marks::user_id.eq_any(people)))
        .select(user_marks::user_id)
        .load(conn)
        .await
}

/// Which of these people cannot be reached by `user`: they blocked him, or he blocked them.
///
/// # Errors
/// The database's.
pub async fn apart(
    conn: &mut PgConn,
    user: UserId,
    people: &[UserId],
) -> QueryResult<Vec<(UserId, Side)>> {
    let is_blocked = user_marks::mark.eq(Mark::Blocked.key());
    let mine = user_marks::user_id.eq(user).and(user_marks::other_id.eq_any(people));
    let theirs = user_marks::other_id.eq(user).and(user_marks::user_id.eq_any(people));
    let rows: Vec<(UserId, UserId)> = user_marks::table
        .filter(is_blocked.and(mine.or(theirs)))
        .select((user_marks::user_id, user_marks::other_id))
        .load(conn)
        .await?;
    let side = |(by, of): (UserId, UserId)| match by == user {
        true => (of, Side::Mine),
        false => (by, Side::Theirs),
    };
    Ok(rows.into_iter().map(side).collect())
}

/// Who blocked whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who asks blocked the other.
    Mine,
    Theirs,
}

//! `former_nicknames`: what people were called, kept from others for a while.

use super::user::UserRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{former_nicknames, users};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::UserId;
use shared::people::FORMER_NICKNAME_DAYS;
use shared::validate::nickname_key;

/// When the person last took another nickname.
///
/// # Errors
/// The database's.
pub async fn last_change(conn: &mut PgConn, user: UserId) -> QueryResult<Option<DateTime<Utc>>> {
    former_nicknames::table
        .filter(former_nicknames::user_id.eq(user))
        .select(diesel::dsl::max(former_nicknames::changed_at))
        .first(conn)
        .await
}

/// Gives the person another nickname and keeps the former one from others.
///
/// # Errors
/// `users_nickname_key_key` is violated by a name that is taken or kept; or the database's.
pub async fn change(conn: &mut PgConn, row: &UserRow, nickname: &str) -> QueryResult<UserRow> {
    let (before, after) = (nickname_key(&row.nickname), nickname_key(nickname));
    if before != after {
        let now = Utc::now();
        let kept = (
            former_nicknames::user_id.eq(row.id),
            former_nicknames::changed_at.eq(now),
            former_nicknames::until.eq(now + Duration::days(FORMER_NICKNAME_DAYS)),
        );
        diesel::insert_into(former_nicknames::table)
            .values((former_nicknames::nickname_key.eq(before), kept))
            .on_conflict(former_nicknames::nickname_key)
            .do_update()
            .set(kept)
            .execute(conn)
            .await?;
    }
    diesel::update(users::table.find(row.id))
        .set((
            users::nickname.eq(nickname),
            users::nickname_key.eq(after),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await
}

/// Forgets what nobody must wait for any more; returns how many names.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let old = former_nicknames::table.filter(former_nicknames::until.lt(Utc::now()));
    diesel::delete(old).execute(conn).await
}

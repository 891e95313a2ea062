//! `account_deletions`: accounts on their way out.

use super::{nickname, user};
use crate::platform::db::PgConn;
use crate::platform::schema::{
    account_deletions, deliveries, email_codes, idempotency_keys, password_resets, sessions,
    user_choices, user_mail, user_marks, users,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::UserId;

/// An account that is due.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = account_deletions)]
pub struct Due {
    pub user_id: UserId,
    pub removes_messages: bool,
}

/// Plans the end of an account, or plans it anew.
///
/// # Errors
/// The database's.
pub async fn plan(
    conn: &mut PgConn,
    user: UserId,
    due_at: DateTime<Utc>,
    removes_messages: bool,
) -> QueryResult<()> {
    let planned = (
        account_deletions::requested_at.eq(diesel::dsl::now),
        account_deletions::due_at.eq(due_at),
        account_deletions::removes_messages.eq(removes_messages),
    );
    diesel::insert_into(account_deletions::table)
        .values((account_deletions::user_id.eq(user), planned))
        .on_conflict(account_deletions::user_id)
        .do_update()
        .set(planned)
        .execute(conn)
        .await
        .map(drop)
}

/// Whether the end of an account is planned.
///
/// # Errors
/// The database's.
pub async fn is_planned(conn: &mut PgConn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(account_deletions::table.find(user))).get_result(conn).await
}

/// Calls the end of an account off; `false` when none was planned.
///
/// # Errors
/// The database's.
pub async fn call_off(conn: &mut PgConn, user: UserId) -> QueryResult<bool> {
    let planned = account_deletions::table.find(user).filter(account_deletions::done_at.is_null());
    Ok(diesel::delete(planned).execute(conn).await? > 0)
}

/// The next account that is due, held until the transaction ends; others take another one.
///
/// # Errors
/// The database's.
pub async fn next_due(conn: &mut PgConn, now: DateTime<Utc>) -> QueryResult<Option<Due>> {
    account_deletions::table
        .filter(account_deletions::done_at.is_null().and(account_deletions::due_at.le(now)))
        .order(account_deletions::due_at)
        .select(Due::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()
}

/// Puts an account off: it cannot end yet.
///
/// # Errors
/// The database's.
pub async fn put_off(conn: &mut PgConn, user: UserId, until: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(account_deletions::table.find(user))
        .set(account_deletions::due_at.eq(until))
        .execute(conn)
        .await
        .map(drop)
}

/// Leaves of an account only a row that others' chats refer to, under `display_name`.
///
/// # Errors
/// The database's.
pub async fn empty(conn: &mut PgConn, id: UserId, display_name: &str) -> QueryResult<()> {
    // `deleted_` is reserved, and the former name is kept from others for a while.
    let name = format!("deleted_{}", &id.0.simple().to_string()[20..]);
    let row = user::lock(conn, id).await?;
    if row.nickname == name {
        return Ok(());
    }
    nickname::change(conn, &row, &name).await?;
    diesel::update(users::table.find(id))
        .set((
            users::email.eq(None::<String>),
            users::email_key.eq(None::<String>),
            users::password_hash.eq(None::<String>),
            users::display_name.eq(display_name),
            users::bio.eq(None::<String>),
            users::avatar_url.eq(None::<String>),
            // Released by the database.
            users::avatar_id.eq(None::<uuid::Uuid>),
            users::banner_url.eq(None::<String>),
            users::banner_id.eq(None::<uuid::Uuid>),
            users::is_placeholder.eq(true),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(conn).await?;
    // A link that was asked for before opens nothing any more.
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(id)))
        .execute(conn)
        .await?;
    diesel::delete(email_codes::table.find(id)).execute(conn).await?;
    diesel::delete(user_mail::table.find(id)).execute(conn).await?;
    diesel::delete(deliveries::table.filter(deliveries::user_id.eq(id))).execute(conn).await?;
    diesel::delete(user_choices::table.find(id)).execute(conn).await?;
    diesel::delete(user_marks::table.filter(user_marks::user_id.eq(id))).execute(conn).await?;
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::user_id.eq(id)))
        .execute(conn)
        .await
        .map(drop)
}

/// Nothing is left to be done.
///
/// # Errors
/// The database's.
pub async fn finish(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    diesel::update(account_deletions::table.find(user))
        .set(account_deletions::done_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
        .map(drop)
}

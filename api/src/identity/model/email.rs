//! `user_mail`, `email_codes`, `password_resets`, and addresses in `users`.

use crate::identity::model::user::UserRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{email_codes, password_resets, user_choices, user_mail, users};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::identity::EmailState;
use shared::ids::UserId;
use shared::text::Lang;

/// Codes and links end after so long.
fn ends() -> DateTime<Utc> {
    Utc::now() + TimeDelta::hours(1)
}

/// The language a person's letters are written in: the one he chose, else the one he used last.
///
/// # Errors
/// The database's.
pub async fn language(conn: &mut PgConn, user: UserId) -> QueryResult<Lang> {
    let chosen = user_choices::table.find(user).select(user_choices::lang);
    let chosen: Option<Option<String>> = chosen.first(conn).await.optional()?;
    let used = user_mail::table.find(user).select(user_mail::locale);
    let used: Option<Option<String>> = used.first(conn).await.optional()?;
    let tag = chosen.flatten().or(used.flatten());
    Ok(tag.as_deref().map_or(Lang::En, Lang::negotiate))
}

/// Remembers the language a person uses.
///
/// # Errors
/// The database's.
pub async fn set_language(conn: &mut PgConn, user: UserId, lang: Lang) -> QueryResult<()> {
    diesel::insert_into(user_mail::table)
        .values((user_mail::user_id.eq(user), user_mail::locale.eq(lang.tag())))
        .on_conflict(user_mail::user_id)
        .do_update()
        .set(user_mail::locale.eq(lang.tag()))
        .execute(conn)
        .await
        .map(drop)
}

/// The address of a person, and one that waits.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn state(conn: &mut PgConn, user: UserId) -> QueryResult<EmailState> {
    type Row = (Option<String>, Option<(Option<DateTime<Utc>>, Option<String>)>);
    let (email, rest): Row = users::table
        .left_join(user_mail::table)
        .filter(users::id.eq(user))
        .select((users::email, (user_mail::verified_at, user_mail::pending).nullable()))
        .first(conn)
        .await?;
    let (verified_at, pending) = rest.unwrap_or_default();
    Ok(EmailState { verified: email.is_some() && verified_at.is_some(), email, pending })
}

/// The address that waits for a code, if one does.
#[must_use]
pub fn to_confirm(state: &EmailState) -> Option<&str> {
    let unverified = state.email.as_deref().filter(|_| !state.verified);
    state.pending.as_deref().or(unverified)
}

/// Sets or clears the address that waits for its code.
///
/// # Errors
/// The database's.
pub async fn set_pending(conn: &mut PgConn, user: UserId, email: Option<&str>) -> QueryResult<()> {
    diesel::insert_into(user_mail::table)
        .values((user_mail::user_id.eq(user), user_mail::pending.eq(email)))
        .on_conflict(user_mail::user_id)
        .do_update()
        .set(user_mail::pending.eq(email))
        .execute(conn)
        .await
        .map(drop)
}

/// Whether an address is somebody's.
///
/// # Errors
/// The database's.
pub async fn is_taken(conn: &mut PgConn, email: &str) -> QueryResult<bool> {
    let row = users::table.filter(users::email_key.eq(email.to_lowercase()));
    diesel::select(diesel::dsl::exists(row)).get_result(conn).await
}

/// The address is the person's own; a new one takes the place of the old.
///
/// # Errors
/// The database's; another one's address violates `users_email_key_key`.
pub async fn confirm(conn: &mut PgConn, user: UserId, email: &str) -> QueryResult<UserRow> {
    let now = diesel::dsl::now;
    let verified = (user_mail::verified_at.eq(now), user_mail::pending.eq(None::<String>));
    diesel::insert_into(user_mail::table)
        .values((user_mail::user_id.eq(user), verified.clone()))
        .on_conflict(user_mail::user_id)
        .do_update()
        .set(verified)
        .execute(conn)
        .await?;
    diesel::update(users::table.find(user))
        .set((
            users::email.eq(email),
            users::email_key.eq(email.to_lowercase()),
            users::updated_at.eq(now),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await
}

/// A code that was sent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = email_codes)]
pub struct CodeRow {
    pub email: String,
    pub code_hash: Vec<u8>,
    pub tries: i32,
    pub expires_at: DateTime<Utc>,
}

/// Puts a code in the place of any before it.
///
/// # Errors
/// The database's.
pub async fn save_code(
    conn: &mut PgConn,
    user: UserId,
    email: &str,
    hash: Vec<u8>,
) -> QueryResult<()> {
    let values = (
        email_codes::email.eq(email.to_owned()),
        email_codes::code_hash.eq(hash),
        email_codes::tries.eq(0),
        email_codes::expires_at.eq(ends()),
    );
    diesel::insert_into(email_codes::table)
        .values((email_codes::user_id.eq(user), values.clone()))
        .on_conflict(email_codes::user_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

/// The person's code, locked, and one try more on its account.
///
/// # Errors
/// The database's.
pub async fn try_code(conn: &mut PgConn, user: UserId) -> QueryResult<Option<CodeRow>> {
    diesel::update(email_codes::table.find(user))
        .set(email_codes::tries.eq(email_codes::tries + 1))
        .returning(CodeRow::as_returning())
        .get_result(conn)
        .await
        .optional()
}

/// The code is used up, or its address is not wanted any more.
///
/// # Errors
/// The database's.
pub async fn delete_code(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    diesel::delete(email_codes::table.find(user)).execute(conn).await.map(drop)
}

/// Puts a reset link in the place of any before it.
///
/// # Errors
/// The database's.
pub async fn save_reset(conn: &mut PgConn, user: UserId, hash: Vec<u8>) -> QueryResult<()> {
    let values = (password_resets::token_hash.eq(hash), password_resets::expires_at.eq(ends()));
    diesel::insert_into(password_resets::table)
        .values((password_resets::user_id.eq(user), values.clone()))
        .on_conflict(password_resets::user_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

/// Whose link this is, while it is good.
///
/// # Errors
/// The database's.
pub async fn holder_of_reset(conn: &mut PgConn, hash: &[u8]) -> QueryResult<Option<UserId>> {
    password_resets::table
        .filter(password_resets::token_hash.eq(hash))
        .filter(password_resets::expires_at.gt(diesel::dsl::now))
        .select(password_resets::user_id)
        .first(conn)
        .await
        .optional()
}

/// Uses a link up; `false` when somebody was faster.
///
/// # Errors
/// The database's.
pub async fn use_reset(conn: &mut PgConn, hash: &[u8]) -> QueryResult<bool> {
    let row = password_resets::table
        .filter(password_resets::token_hash.eq(hash))
        .filter(password_resets::expires_at.gt(diesel::dsl::now));
    Ok(diesel::delete(row).execute(conn).await? > 0)
}

/// A link to an address that is not the person's any more is worth nothing.
///
/// # Errors
/// The database's.
pub async fn delete_reset(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    diesel::delete(password_resets::table.find(user)).execute(conn).await.map(drop)
}

/// Forgets codes and links that have ended; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let now = diesel::dsl::now;
    let codes = email_codes::table.filter(email_codes::expires_at.lt(now));
    let codes = diesel::delete(codes).execute(conn).await?;
    let resets = password_resets::table.filter(password_resets::expires_at.lt(now));
    Ok(codes + diesel::delete(resets).execute(conn).await?)
}

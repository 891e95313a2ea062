//! Accounts from the command line of the machine.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::identity::actions::accounts::{check_new_password, do_create_user};
use crate::identity::actions::sessions::do_revoke;
use crate::identity::model::session::Which;
use crate::identity::model::user::{self, NewUser, UserRow};
use shared::validate;

/// Makes an account, also where registration is closed.
///
/// # Errors
/// `invalid`, `nickname_taken`, `email_taken`.
pub async fn create_user(
    app: &App,
    nickname: &str,
    email: Option<&str>,
    password: &str,
) -> ApiResult<UserRow> {
    let bad = |field, code| ApiError::field(field, code);
    validate::nickname(nickname).map_err(|code| bad("nickname", code))?;
    if let Some(email) = email {
        validate::email(email).map_err(|code| bad("email", code))?;
    }
    check_new_password("password", password, nickname)?;
    let hash = app.identity.hasher.hash(password.to_owned()).await?;
    do_create_user(&mut *app.conn().await?, &NewUser::person(nickname, email, hash)).await
}

/// Gives an account another password and ends all its sessions.
///
/// A running server notices within seconds; its open sockets of that person, with the next event
/// they hear.
///
/// # Errors
/// `not_found`, `invalid`.
pub async fn reset_password(app: &App, login: &str, password: &str) -> ApiResult<UserRow> {
    let found = user::by_login(&mut *app.conn().await?, login).await?;
    let (row, _) = found.ok_or_else(ApiError::not_found)?;
    check_new_password("password", password, &row.nickname)?;
    let hash = app.identity.hasher.hash(password.to_owned()).await?;
    app.transact(async |tx| {
        user::set_password(tx, row.id, &hash).await?;
        do_revoke(tx, row.id, Which::All).await.map(drop)
    })
    .await?;
    Ok(row)
}

//! Accounts from the command line of the machine.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::identity::actions::accounts::{check_new_password, do_create_user};
use crate::identity::actions::recovery::do_replace_password;
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

/// Gives an account another password and ends all its logins, programs and programs of its bots.
///
/// A running server notices within seconds, its open sockets of that person within twelve.
///
/// # Errors
/// `not_found`, also for accounts that nobody can log in to (bots, imported people); `invalid`.
pub async fn reset_password(app: &App, login: &str, password: &str) -> ApiResult<UserRow> {
    let found = user::by_login(&mut *app.conn().await?, login).await?;
    let (row, _) = found.filter(|(_, hash)| hash.is_some()).ok_or_else(ApiError::not_found)?;
    check_new_password("password", password, &row.nickname)?;
    let hash = app.identity.hasher.hash(password.to_owned()).await?;
    let (sessions, tokens) = app
        .transact(async |tx| {
            user::lock(tx, row.id).await?;
            // The account may have ended since it was found.
            if user::is_placeholder(tx, row.id).await? {
                return Err(ApiError::not_found());
            }
            do_replace_password(tx, row.id, &hash).await
        })
        .await?;
    app.identity.forget_sessions(&app.live, &sessions).await;
    app.identity.forget_tokens(&app.live, &tokens).await;
    Ok(row)
}

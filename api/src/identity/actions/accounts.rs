//! Making accounts, and changing what they hold.

use crate::app::App;
use crate::error::{ApiError, ApiResult, conflict};
use crate::http::current_user::CurrentUser;
use crate::http::etag::IfMatch;
use crate::identity::actions::names::{check_own_password, still_own, tell_profile};
use crate::identity::actions::sessions::do_revoke;
use crate::identity::actions::tokens::do_revoke_tokens;
use crate::identity::model::choices::{self, Changes};
use crate::identity::model::person::Person;
use crate::identity::model::session::Which;
use crate::identity::model::user::{self, NewUser, Picture, UserRow};
use crate::identity::password::check_not_common;
use crate::platform::db::PgConn;
use crate::realtime::stream::Tx;
use diesel::result::{DatabaseErrorKind, Error};
use shared::error::{ErrorCode, FieldError};
use shared::identity::{ChangePassword, UpdateProfile};
use shared::ids::{FileId, UserId};
use shared::validate;

/// Inserts an account.
///
/// # Errors
/// `nickname_taken` (also by one that looks like it), `email_taken`.
pub async fn do_create_user(conn: &mut PgConn, user: &NewUser) -> ApiResult<UserRow> {
    user.insert(conn).await.map_err(|error| match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some("users_email_key_key") =>
        {
            ApiError::new(ErrorCode::EmailTaken)
        }
        _ => conflict(error, "users_nickname_key_key", ErrorCode::NicknameTaken),
    })
}

/// Checks a new password against every rule; `field` names it in the body.
///
/// # Errors
/// `invalid`.
pub fn check_new_password(field: &str, password: &str, nickname: &str) -> ApiResult<()> {
    validate::password(password, nickname)
        .map_err(|code| ApiError::invalid(vec![FieldError::new(field, code)]))?;
    check_not_common(field, password)
}

/// Changes the caller's password and ends his other sessions and his own tokens for programs. Those of
/// his bots stay: they are other accounts, and work for others.
///
/// # Errors
/// `wrong_password`; `invalid` for the new one.
pub async fn change_password(
    app: &App,
    caller: CurrentUser,
    body: ChangePassword,
) -> ApiResult<()> {
    let row = user::find(&mut *app.conn().await?, caller.id).await?;
    check_new_password("new_password", &body.new_password, &row.nickname)?;
    let verified = check_own_password(app, caller.id, body.old_password).await?;
    let hash = app.identity.hasher.hash(body.new_password).await?;
    let others = Which::AllBut(caller.session_id);
    let (sessions, tokens) = app
        .transact(async |tx| {
            still_own(tx, caller.id, &verified).await?;
            user::set_password(tx, caller.id, &hash).await?;
            let tokens = do_revoke_tokens(tx, caller.id, None).await?;
            Ok((do_revoke(tx, caller.id, others).await?, tokens))
        })
        .await?;
    app.identity.forget_sessions(&app.live, &sessions).await;
    app.identity.forget_tokens(&app.live, &tokens).await;
    Ok(())
}

/// Changes a profile and tells the person's other devices. `expected` is the version an editor has
/// seen.
///
/// # Errors
/// `stale` when the profile has another version by now.
pub async fn do_update_profile(
    tx: &mut Tx,
    id: UserId,
    expected: &IfMatch,
    change: &UpdateProfile,
) -> ApiResult<Person> {
    expected.check(user::lock(tx, id).await?.version())?;
    user::update_profile(tx, id, change).await?;
    if let Some(card) = change.card {
        let changes = Changes {
            card_background: Some(card.background.key()),
            card_frame: Some(card.frame.key()),
            ..Changes::default()
        };
        choices::change(tx, id, &changes).await?;
    }
    tell_profile(tx, id).await
}

/// Shows a stored picture, or none, and tells the person's other devices.
///
/// # Errors
/// The database's.
pub async fn do_set_picture(
    tx: &mut Tx,
    id: UserId,
    picture: Picture,
    file: Option<FileId>,
) -> ApiResult<Person> {
    user::set_picture(tx, id, picture, file).await?;
    tell_profile(tx, id).await
}

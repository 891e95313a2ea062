//! A forgotten password, and addresses that are confirmed.

use crate::app::App;
use crate::error::{ApiError, ApiResult, conflict};
use crate::http::current_user::CurrentUser;
use crate::identity::actions::accounts::check_new_password;
use crate::identity::actions::names::{check_own_password, still_own, tell_profile};
use crate::identity::actions::sessions::{do_revoke, stranger_key};
use crate::identity::actions::tokens::do_revoke_programs;
use crate::identity::letters::{ConfirmEmail, Happened, ResetPassword, TellOwner};
use crate::identity::limits;
use crate::identity::model::email;
use crate::identity::model::session::Which;
use crate::identity::model::user;
use crate::identity::secret_code::{hash_code, hash_link_secret};
use crate::jobs::{When, enqueue, enqueue_when};
use crate::realtime::stream::Tx;
use shared::error::{ErrorCode, FieldCode};
use shared::event::Event;
use shared::identity::{EmailState, ResetPassword as Reset};
use shared::ids::{SessionId, TokenId, UserId};
use shared::people::ChangeEmail;
use shared::text::Lang;
use shared::topic::Topic;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// A code may be mistyped so often.
const TRIES: i32 = 5;

/// Asks for a letter with a link. Whether the login is somebody's is found out by the job: the answer
/// and the time it takes say nothing.
///
/// # Errors
/// `rate_limited`.
pub async fn forget_password(app: &App, login: &str, lang: Lang) -> ApiResult<()> {
    app.limits.take(limits::FORGOT, stranger_key(login)).await?;
    let login = login.trim().to_owned();
    let job = ResetPassword { login, lang, letter: Uuid::now_v7() };
    Ok(enqueue(&mut *app.conn().await?, &job).await?)
}

/// Sets a new password by the secret of a letter, once, and ends every session and every token for
/// programs, those of his bots too: somebody else may have made them.
///
/// # Errors
/// `bad_reset_link`; `invalid` for the password, and the link stays good.
pub async fn reset_password(app: &App, body: Reset) -> ApiResult<()> {
    let bad_link = || ApiError::new(ErrorCode::BadResetLink);
    let link = hash_link_secret(&body.token);
    let row = {
        let conn = &mut *app.conn().await?;
        let holder = email::holder_of_reset(conn, &link).await?.ok_or_else(bad_link)?;
        user::find(conn, holder).await?
    };
    check_new_password("new_password", &body.new_password, &row.nickname)?;
    let hash = app.identity.hasher.hash(body.new_password).await?;
    let (sessions, tokens) = app
        .transact(async |tx| {
            if !email::use_reset(tx, &link).await? {
                return Err(bad_link());
            }
            // The account may have ended since the letter was sent.
            user::lock(tx, row.id).await?;
            if user::is_placeholder(tx, row.id).await? {
                return Err(bad_link());
            }
            if let Some(to) = row.email.clone() {
                // Who has the letter has the address.
                email::confirm(tx, row.id, &to).await?;
                tell_state(tx, row.id).await?;
                let (user_id, letter) = (row.id, Uuid::now_v7());
                let happened = Happened::PasswordReset;
                enqueue(tx, &TellOwner { user_id, to, happened, letter }).await?;
            }
            do_replace_password(tx, row.id, &hash).await
        })
        .await?;
    app.identity.forget_sessions(&app.live, &sessions).await;
    app.identity.forget_tokens(&app.live, &tokens).await;
    Ok(())
}

/// Puts a password in the place of one that was forgotten or lost, and ends all logins, programs and
/// programs of bots. Returns those that were in force; both are to be forgotten after the commit.
///
/// # Errors
/// The database's.
pub async fn do_replace_password(
    tx: &mut Tx,
    id: UserId,
    hash: &str,
) -> ApiResult<(Vec<SessionId>, Vec<TokenId>)> {
    user::set_password(tx, id, hash).await?;
    let tokens = do_revoke_programs(tx, id).await?;
    Ok((do_revoke(tx, id, Which::All).await?, tokens))
}

/// Asks for a letter with a code to the address that waits to be confirmed; one at a time.
///
/// # Errors
/// The database's.
pub async fn do_send_code(tx: &mut Tx, user: UserId) -> ApiResult<()> {
    let job = ConfirmEmail { user_id: user, letter: Uuid::now_v7() };
    let key = user.to_string();
    enqueue_when(tx, &job, When { once: Some(&key), ..Default::default() }).await?;
    Ok(())
}

/// The caller wants another code.
///
/// # Errors
/// `rate_limited`.
pub async fn resend_code(app: &App, caller: &CurrentUser) -> ApiResult<()> {
    app.limits.take(limits::CODE_LETTER, caller.id).await?;
    app.transact(async |tx| do_send_code(tx, caller.id).await).await
}

/// The caller types the code of a letter.
///
/// # Errors
/// `wrong_code`, also for one that ended or was mistyped too often; `email_taken` when somebody else
/// confirmed the address first.
pub async fn verify_email(app: &App, caller: &CurrentUser, code: &str) -> ApiResult<EmailState> {
    app.limits.take(limits::CODE, caller.id).await?;
    let hash = hash_code(app, caller.id, code.trim());
    let confirmed = app
        .transact(async |tx| {
            let Some(sent) = email::try_code(tx, caller.id).await? else { return Ok(None) };
            user::lock(tx, caller.id).await?;
            let before = email::state(tx, caller.id).await?;
            let good = sent.tries <= TRIES
                && sent.expires_at > chrono::Utc::now()
                && bool::from(sent.code_hash.ct_eq(&hash))
                && email::to_confirm(&before) == Some(&*sent.email);
            if !good {
                // Commits: the try counts.
                return Ok(None);
            }
            email::delete_code(tx, caller.id).await?;
            email::confirm(tx, caller.id, &sent.email)
                .await
                .map_err(|error| conflict(error, "users_email_key_key", ErrorCode::EmailTaken))?;
            if let Some(old) = before.email.filter(|old| *old != sent.email) {
                email::delete_reset(tx, caller.id).await?;
                let (user_id, letter) = (caller.id, Uuid::now_v7());
                let happened = Happened::EmailChanged;
                enqueue(tx, &TellOwner { user_id, to: old, happened, letter }).await?;
            }
            tell_profile(tx, caller.id).await?;
            tell_state(tx, caller.id).await.map(Some)
        })
        .await?;
    confirmed.ok_or_else(|| ApiError::new(ErrorCode::WrongCode))
}

/// The caller wants another address: it counts once its code was typed, and the old one until then.
///
/// # Errors
/// `wrong_password`, `email_taken`, `invalid`.
pub async fn change_email(
    app: &App,
    caller: &CurrentUser,
    body: ChangeEmail,
) -> ApiResult<EmailState> {
    let verified = check_own_password(app, caller.id, body.password).await?;
    app.limits.take(limits::CODE_LETTER, caller.id).await?;
    app.transact(async |tx| {
        still_own(tx, caller.id, &verified).await?;
        let before = email::state(tx, caller.id).await?;
        if before.email.as_ref().is_some_and(|old| old.eq_ignore_ascii_case(&body.email)) {
            return Err(ApiError::field("email", FieldCode::Duplicate));
        }
        if email::is_taken(tx, &body.email).await? {
            return Err(ApiError::new(ErrorCode::EmailTaken));
        }
        // A code for the address before it must not confirm this one.
        email::delete_code(tx, caller.id).await?;
        email::set_pending(tx, caller.id, Some(&body.email)).await?;
        do_send_code(tx, caller.id).await?;
        tell_state(tx, caller.id).await
    })
    .await
}

/// The caller keeps the address he has.
///
/// # Errors
/// The database's.
pub async fn do_keep_email(tx: &mut Tx, user: UserId) -> ApiResult<()> {
    user::lock(tx, user).await?;
    if email::state(tx, user).await?.pending.is_none() {
        return Ok(());
    }
    email::delete_code(tx, user).await?;
    email::set_pending(tx, user, None).await?;
    tell_state(tx, user).await.map(drop)
}

async fn tell_state(tx: &mut Tx, user: UserId) -> ApiResult<EmailState> {
    let state = email::state(tx, user).await?;
    tx.emit(Topic::User(user), Event::EmailChanged(state.clone())).await?;
    Ok(state)
}

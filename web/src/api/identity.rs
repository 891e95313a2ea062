//! Accounts, sessions, profile and status.

use super::client::{delete, get, patch, post};
use super::{ApiResult, version_of};
use crate::state::kept;
use shared::identity::{
    ChangePassword, EmailState, ForgotPassword, Login, Me, Profile, Register, ResetPassword,
    Session, SetStatus, Status, Tokens, UpdateProfile, VerifyEmail,
};
use shared::ids::{SessionId, UserId};
use shared::page::Page;

/// Makes an account; does not sign in.
pub async fn register(body: &Register) -> ApiResult<Me> {
    post("/auth/register").anonymous().json(body).send().await
}

/// Asks for a letter with a link for a new password.
pub async fn forgot_password(body: &ForgotPassword) -> ApiResult<()> {
    post("/auth/forgot-password").anonymous().json(body).send().await
}

/// Sets a new password with the secret of a letter.
pub async fn reset_password(body: &ResetPassword) -> ApiResult<()> {
    post("/auth/reset-password").anonymous().json(body).send().await
}

/// Where letters go, and whether that is confirmed.
pub async fn email_state() -> ApiResult<EmailState> {
    get("/auth/email").kept().send().await
}

/// As it was the last time, see [`kept`].
pub fn kept_email_state(owner: UserId) -> Option<EmailState> {
    kept::answer(owner, &get("/auth/email").address())
}

/// Confirms the address with the code of a letter.
pub async fn verify_email(code: String) -> ApiResult<EmailState> {
    post("/auth/verify-email").json(&VerifyEmail { code }).send().await
}

/// Asks for another letter with a code.
pub async fn resend_code() -> ApiResult<()> {
    post("/auth/resend-code").send().await
}

/// Signs in. The refresh token goes into a cookie that scripts cannot read.
pub async fn login(login: String, password: String) -> ApiResult<Tokens> {
    let body = Login { login, password, web: true };
    post("/auth/login").anonymous().json(&body).send().await
}

/// Ends this session.
pub async fn logout() -> ApiResult<()> {
    post("/auth/logout").send().await
}

/// Ends every session of the caller, this one too.
pub async fn logout_all() -> ApiResult<()> {
    post("/auth/logout-all").send().await
}

/// Where the caller is signed in.
pub async fn list_sessions() -> ApiResult<Page<Session>> {
    get("/auth/sessions").send().await
}

/// Ends one session.
pub async fn revoke_session(session: SessionId) -> ApiResult<()> {
    delete(format!("/auth/sessions/{session}")).send().await
}

/// Every other session ends.
pub async fn change_password(body: &ChangePassword) -> ApiResult<()> {
    post("/auth/change-password").json(body).send().await
}

/// Somebody's profile.
pub async fn get_profile(user: UserId) -> ApiResult<Profile> {
    get(format!("/profile/{user}")).send().await
}

/// Changes display name, bio or the looks of the card, where they are as an editor saw them.
pub async fn update_profile(seen: &Me, body: &UpdateProfile) -> ApiResult<Me> {
    let path = "/profile/me";
    let is_same = |now: &Me| {
        (body.display_name.is_none() || now.display_name == seen.display_name)
            && (body.bio.is_none() || now.bio == seen.bio)
            && (body.card.is_none() || now.card == seen.card)
    };
    let version = version_of(path, is_same).await?;
    patch(path).seen(version).json(body).send().await
}

/// Chooses how the caller appears to others.
pub async fn set_status(status: Status) -> ApiResult<()> {
    post("/status/set-status").json(&SetStatus { status, ..SetStatus::default() }).send().await
}

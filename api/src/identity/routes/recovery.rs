//! A forgotten password; addresses.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::client_address::ClientAddress;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent, Valid};
use crate::http::language::Language;
use crate::http::rate_limit::subscriber;
use crate::identity::actions::recovery::{self, do_keep_email};
use crate::identity::limits;
use crate::identity::model::email;
use actix_web::{delete, get, post, web};
use shared::error::Problem;
use shared::identity::{EmailState, ForgotPassword, ResetPassword, VerifyEmail};
use shared::people::ChangeEmail;

/// Ask for a letter with a link for a new password. The answer is the same whether the login is
/// somebody's or not.
#[utoipa::path(tag = "auth", request_body = ForgotPassword, security(()), responses(
    (status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/forgot-password")]
pub async fn forgot_password(
    app: web::Data<App>,
    address: ClientAddress,
    Language(lang): Language,
    Valid(body): Valid<ForgotPassword>,
) -> ApiResult<NoContent> {
    app.limits.take(limits::FORGOT_ADDRESS, subscriber(address.0)).await?;
    recovery::forget_password(&app, &body.login, lang).await.map(|()| NoContent)
}

/// Set a new password with the secret of the letter. It works once, for an hour; every session ends.
#[utoipa::path(tag = "auth", security(()), responses(
    (status = 204),
    (status = 422, body = Problem, description = "`bad_reset_link`, or the password is `invalid`"),
    (status = 429, body = Problem)))]
#[post("/auth/reset-password")]
pub async fn reset_password(
    app: web::Data<App>,
    address: ClientAddress,
    Json(body): Json<ResetPassword>,
) -> ApiResult<NoContent> {
    app.limits.take(limits::RESET_ADDRESS, subscriber(address.0)).await?;
    recovery::reset_password(&app, body).await.map(|()| NoContent)
}

/// Confirm the address with the code of the letter.
#[utoipa::path(tag = "auth", responses(
    (status = 200, body = EmailState),
    (status = 409, body = Problem, description = "`email_taken`"),
    (status = 422, body = Problem, description = "`wrong_code`"),
    (status = 429, body = Problem)))]
#[post("/auth/verify-email")]
pub async fn verify_email(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<VerifyEmail>,
) -> ApiResult<Json<EmailState>> {
    recovery::verify_email(&app, &caller, &body.code).await.map(Json)
}

/// Where letters to the caller go, and whether that is confirmed.
#[utoipa::path(tag = "auth", responses((status = 200, body = EmailState)))]
#[get("/auth/email")]
pub async fn find_email(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Json<EmailState>> {
    Ok(Json(email::state(&mut *app.conn().await?, caller.id).await?))
}

/// Ask for another letter with a code. Without an address that waits for one, nothing is sent.
#[utoipa::path(tag = "auth", responses((status = 204), (status = 429, body = Problem)))]
#[post("/auth/resend-code")]
pub async fn resend_code(app: web::Data<App>, caller: CurrentUser) -> ApiResult<NoContent> {
    recovery::resend_code(&app, &caller).await.map(|()| NoContent)
}

/// Change the e-mail address: a code goes to the new one, and the old one stays until it was typed.
#[utoipa::path(tag = "auth", request_body = ChangeEmail, responses(
    (status = 200, body = EmailState),
    (status = 403, body = Problem, description = "`wrong_password`"),
    (status = 409, body = Problem, description = "`email_taken`"),
    (status = 422, body = Problem),
    (status = 429, body = Problem)))]
#[post("/auth/change-email")]
pub async fn change_email(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<ChangeEmail>,
) -> ApiResult<Json<EmailState>> {
    recovery::change_email(&app, &caller, body).await.map(Json)
}

/// Keep the address that is in force.
#[utoipa::path(tag = "auth", responses((status = 204)))]
#[delete("/auth/change-email")]
pub async fn keep_email(app: web::Data<App>, caller: CurrentUser) -> ApiResult<NoContent> {
    app.transact(async |tx| do_keep_email(tx, caller.id).await).await.map(|()| NoContent)
}

//! Logins: begin one, renew its tokens, end it.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::json::Json;
use crate::identity::actions::sessions::{Device, Grant, check_password, do_begin_session};
use crate::identity::refresh_cookie;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, post, web};
use shared::error::Problem;
use shared::identity::{Login, Tokens};
use std::convert::Infallible;
use std::future::{Ready, ready};

impl FromRequest for Device {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = user_agent.map(|text| text.chars().take(300).collect());
        let address = crate::http::client_address::of(request);
        ready(Ok(Self { user_agent, address }))
    }
}

/// Log in with a nickname or an e-mail address.
#[utoipa::path(
    tag = "auth",
    security(()),
    responses(
        (status = 200, body = Tokens),
        (status = 401, body = Problem, description = "`wrong_credentials`, unknown or wrong"),
        (status = 429, body = Problem),
        (status = 503, body = Problem)
    )
)]
#[post("/auth/login")]
pub async fn login(
    app: web::Data<App>,
    request: HttpRequest,
    device: Device,
    Json(body): Json<Login>,
) -> ApiResult<HttpResponse> {
    let user = check_password(&app, &body.login, body.password).await?;
    let grant = do_begin_session(&mut *app.conn().await?, &app, user, device).await?;
    answer(&app, &request, grant, body.web)
}

/// Tokens in the body, or the refresh token in the cookie.
fn answer(app: &App, request: &HttpRequest, grant: Grant, web: bool) -> ApiResult<HttpResponse> {
    let ends = grant.expires_at;
    let mut tokens = grant.tokens(app)?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("Cache-Control", "no-store"));
    if web && let Some(token) = tokens.refresh_token.take() {
        response.cookie(refresh_cookie::with(app, request, token, ends));
    }
    Ok(response.json(tokens))
}

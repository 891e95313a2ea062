//! Logins: begin one, renew its tokens, end it.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::form::Form;
use crate::http::json::{Json, OptionalJson};
use crate::http::language;
use crate::http::origin::check_same_origin;
use crate::identity::actions::sessions::{
    Device, Grant, check_password, do_begin_session, renew, revoke,
};
use crate::identity::model::email;
use crate::identity::model::session::Which;
use crate::identity::{file_cookie, refresh_cookie};
use actix_web::http::header::{CACHE_CONTROL, USER_AGENT};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, post, web};
use shared::error::{ErrorCode, FieldCode, Problem};
use shared::identity::{Login, PasswordGrant, Refresh, Tokens};
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
        (status = 401, body = Problem, description = "`wrong_credentials`: unknown or wrong"),
        (status = 429, body = Problem),
        (status = 503, body = Problem, description = "Too many log in at this moment")
    )
)]
#[post("/auth/login")]
pub async fn login(
    app: web::Data<App>,
    request: HttpRequest,
    device: Device,
    Json(body): Json<Login>,
) -> ApiResult<HttpResponse> {
    let checked = check_password(&app, &device, &body.login, body.password).await?;
    let lang = language::given(&request);
    let grant = app
        .transact(async |tx| {
            let user_id = checked.0.id;
            let grant = do_begin_session(tx, &app, checked, device).await?;
            if let Some(lang) = lang {
                email::set_language(tx, user_id, lang).await?;
            }
            Ok(grant)
        })
        .await?;
    let place = if body.web { Place::Cookie } else { Place::Body };
    answer(&app, &request, grant, place)
}

/// Log in the OAuth2 way: the password grant, as a form.
#[utoipa::path(
    tag = "auth",
    security(()),
    request_body(content = PasswordGrant, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Tokens),
        (status = 401, body = Problem, description = "`wrong_credentials`: unknown or wrong"),
        (status = 415, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/auth/token")]
pub async fn create_token(
    app: web::Data<App>,
    request: HttpRequest,
    device: Device,
    Form(body): Form<PasswordGrant>,
) -> ApiResult<HttpResponse> {
    if body.grant_type.is_some_and(|kind| kind != "password") {
        return Err(ApiError::field("grant_type", FieldCode::Unknown));
    }
    let checked = check_password(&app, &device, &body.username, body.password).await?;
    let grant = app.transact(async |tx| do_begin_session(tx, &app, checked, device).await).await?;
    answer(&app, &request, grant, Place::Body)
}

/// Exchange the refresh token for fresh tokens. It works once; tabs that try at the same moment get
/// the same answer for 10 s, and later use ends the session. Without one in the body the cookie
/// counts, from our own pages only.
#[utoipa::path(
    tag = "auth",
    security(()),
    request_body = Option<Refresh>,
    responses(
        (status = 200, body = Tokens),
        (status = 401, body = Problem, description = "`invalid_refresh_token`"),
        (status = 403, body = Problem, description = "`cross_site`")
    )
)]
#[post("/auth/refresh")]
pub async fn refresh(
    app: web::Data<App>,
    request: HttpRequest,
    OptionalJson(body): OptionalJson<Refresh>,
) -> ApiResult<HttpResponse> {
    let (token, place) = presented(&app, &request, body)?
        .ok_or_else(|| ApiError::new(ErrorCode::InvalidRefreshToken))?;
    let grant = renew(&app, &token).await?;
    answer(&app, &request, grant, place)
}

/// End this session: the one of the access token, or else of the refresh token.
#[utoipa::path(
    tag = "auth",
    request_body = Option<Refresh>,
    responses((status = 204), (status = 403, body = Problem))
)]
#[post("/auth/logout")]
pub async fn logout(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Option<CurrentUser>,
    OptionalJson(body): OptionalJson<Refresh>,
) -> ApiResult<HttpResponse> {
    let (user, session) = match caller {
        Some(caller) => (caller.id, caller.session_id),
        None => {
            let (token, _) = presented(&app, &request, body)?
                .ok_or_else(|| ApiError::new(ErrorCode::Unauthenticated))?;
            let grant = renew(&app, &token).await?;
            (grant.user.row.id, grant.session_id)
        }
    };
    revoke(&app, user, Which::One(session)).await?;
    Ok(without_cookies(&app, &request))
}

/// End every session of the caller.
#[utoipa::path(tag = "auth", responses((status = 204)))]
#[post("/auth/logout-all")]
pub async fn logout_all(
    app: web::Data<App>,
    request: HttpRequest,
    caller: CurrentUser,
) -> ApiResult<HttpResponse> {
    revoke(&app, caller.id, Which::All).await?;
    Ok(without_cookies(&app, &request))
}

fn without_cookies(app: &App, request: &HttpRequest) -> HttpResponse {
    HttpResponse::NoContent()
        .cookie(refresh_cookie::removal(app, request))
        .cookie(file_cookie::removal(app, request))
        .finish()
}

/// Where a refresh token travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Cookie,
}

/// The refresh token of the body, or that of the cookie when our own page sent it.
fn presented(
    app: &App,
    request: &HttpRequest,
    body: Refresh,
) -> ApiResult<Option<(String, Place)>> {
    if let Some(token) = body.refresh_token {
        return Ok(Some((token, Place::Body)));
    }
    match refresh_cookie::read(app, request) {
        None => Ok(None),
        Some(token) => {
            check_same_origin(app, request)?;
            Ok(Some((token, Place::Cookie)))
        }
    }
}

fn answer(app: &App, request: &HttpRequest, grant: Grant, place: Place) -> ApiResult<HttpResponse> {
    let (ends, user, session) = (grant.expires_at, grant.user.row.id, grant.session_id);
    let mut tokens = grant.tokens(app)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    if place == Place::Cookie
        && let Some(token) = tokens.refresh_token.take()
    {
        response.cookie(refresh_cookie::with(app, request, token, ends));
        response.cookie(file_cookie::with(app, request, user, session, ends));
    }
    Ok(response.json(tokens))
}

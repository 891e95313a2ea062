//! Who asks, and whether what he shows is enough for this route. Tokens are understood by identity,
//! above this layer; what a token may do is decided here and nowhere else, by [`scopes`].

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::scopes::{self, Need};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev, web};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use shared::error::ErrorCode;
use shared::ids::{SessionId, UserId};
use shared::integrations::ScopeSet;

/// Browsers send this cookie for the elements of a page, below [`FILES_PATH`] only.
pub const FILES_COOKIE: &str = "__Secure-files";
/// For development over plain http, where browsers refuse `Secure` cookies.
pub const PLAIN_FILES_COOKIE: &str = "files";
/// Where [`FILES_COOKIE`] is believed, and for reading only.
pub const FILES_PATH: &str = "/api/v1/files";

/// The person or bot behind a request or a socket, and what proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    pub id: UserId,
    /// The login; of a token for programs its own id.
    pub session_id: SessionId,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    pub means: Means,
}

/// How somebody showed who he is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A person signed in.
    Login,
    /// A token for programs.
    Token { scopes: ScopeSet, is_bot: bool },
}

impl CurrentUser {
    #[must_use]
    pub fn is_bot(&self) -> bool {
        matches!(self.means, Means::Token { is_bot: true, .. })
    }

    /// Whether this is enough for what is asked.
    ///
    /// # Errors
    /// `insufficient_scope`, `people_only`.
    pub fn require(&self, need: Need) -> ApiResult<()> {
        let Means::Token { scopes, is_bot } = self.means else { return Ok(()) };
        let (scope, for_bots) = match need {
            Need::Login => return Err(ApiError::new(ErrorCode::PeopleOnly)),
            Need::Scope(scope) => (scope, true),
            Need::PersonsScope(scope) => (scope, false),
        };
        if is_bot && !for_bots {
            return Err(ApiError::new(ErrorCode::PeopleOnly));
        }
        match scopes.contains(scope) {
            true => Ok(()),
            false => Err(ApiError::new(ErrorCode::InsufficientScope)),
        }
    }
}

/// Understands access tokens.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who holds this access token.
    ///
    /// # Errors
    /// `unauthenticated` when it is invalid, expired or its session was revoked.
    async fn authenticate(&self, token: &str) -> ApiResult<CurrentUser>;

    /// As [`Authenticator::authenticate`], but by the database and not from memory: for a socket, which
    /// would not hear of an end that was told before it listened.
    ///
    /// # Errors
    /// As [`Authenticator::authenticate`].
    async fn authenticate_anew(&self, token: &str) -> ApiResult<CurrentUser>;

    /// Whether nothing of this token is known here, and only the database can tell: anybody can make
    /// such a one up.
    fn must_be_looked_up(&self, token: &str) -> bool;

    /// Who holds this cookie for files.
    ///
    /// # Errors
    /// As [`Authenticator::authenticate`].
    async fn authenticate_cookie(&self, value: &str) -> ApiResult<CurrentUser>;
}

/// The token of the `Authorization` header.
#[must_use]
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The cookie that opens files for reading, where the request may use it.
fn file_cookie(request: &HttpRequest) -> Option<String> {
    let inside = request.path().strip_prefix(FILES_PATH).is_some_and(|rest| rest.starts_with('/'));
    if !inside || request.method() != actix_web::http::Method::GET {
        return None;
    }
    let cookie = request.cookie(FILES_COOKIE).or_else(|| request.cookie(PLAIN_FILES_COOKIE))?;
    Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
}

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let user = identify(&request).await?;
            user.require(scopes::of_route(request.method(), request.path()))?;
            Ok(user)
        })
    }
}

/// Who asks, whatever he asks for.
///
/// # Errors
/// `unauthenticated`.
pub async fn identify(request: &HttpRequest) -> ApiResult<CurrentUser> {
    if let Some(known) = request.extensions().get::<CurrentUser>() {
        return Ok(*known);
    }
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no App in the server")))?;
    let user = match (bearer(request), file_cookie(request)) {
        (Some(token), _) => app.authenticator.authenticate(token).await?,
        (None, Some(cookie)) => app.authenticator.authenticate_cookie(&cookie).await?,
        (None, None) => return Err(ApiError::new(ErrorCode::Unauthenticated)),
    };
    request.extensions_mut().insert(user);
    Ok(user)
}

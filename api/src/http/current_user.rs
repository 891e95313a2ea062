//! Who asks. Tokens are understood by identity, above this layer.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev, web};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use shared::error::ErrorCode;
use shared::ids::{SessionId, UserId};

/// The person behind a request or a socket, and the login that proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    pub id: UserId,
    pub session_id: SessionId,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
}

/// Understands access tokens.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who holds this access token.
    ///
    /// # Errors
    /// `unauthenticated` when it is invalid, expired or its session was revoked.
    async fn authenticate(&self, token: &str) -> ApiResult<CurrentUser>;
}

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if let Some(known) = request.extensions().get::<Self>() {
                return Ok(*known);
            }
            let token = request
                .headers()
                .get(AUTHORIZATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or_else(|| ApiError::new(ErrorCode::Unauthenticated))?;
            let app = request
                .app_data::<web::Data<App>>()
                .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no App in the server")))?;
            let user = app.authenticator.authenticate(token).await?;
            request.extensions_mut().insert(user);
            Ok(user)
        })
    }
}

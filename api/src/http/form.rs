//! `application/x-www-form-urlencoded` bodies, with errors in the contract's shape.

use crate::error::ApiError;
use crate::http::json::read_body;
use crate::http::query::parse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;

/// A form. Give the type `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = kind.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let payload = payload.take();
        Box::pin(async move {
            if !is_form {
                return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
            }
            let body = read_body(payload).await?;
            let text =
                std::str::from_utf8(&body).map_err(|_| ApiError::new(ErrorCode::Malformed))?;
            parse(text).map(Self)
        })
    }
}

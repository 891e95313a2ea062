//! Lost updates: a version goes out as `ETag` and comes back as `If-Match`.

use crate::error::{ApiError, ApiResult};
use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, dev};
use serde::Serialize;
use shared::error::ErrorCode;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// `If-Match` of a request; without one every version will do.
#[derive(Clone, Debug, Default)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// # Errors
    /// `stale` when the caller has seen another version.
    pub fn check(&self, version: i64) -> ApiResult<()> {
        let Some(wanted) = &self.0 else { return Ok(()) };
        let current = tag(version);
        if wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == current) {
            Ok(())
        } else {
            Err(ApiError::new(ErrorCode::Stale))
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let lines: Vec<_> =
            request.headers().get_all(IF_MATCH).map(|v| v.to_str().unwrap_or_default()).collect();
        ready(Ok(Self((!lines.is_empty()).then(|| lines.join(",")))))
    }
}

/// An answer with the `ETag` of its version.
#[derive(Clone, Debug)]
pub struct Tagged<T> {
    pub version: i64,
    pub body: T,
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((ETAG, tag(self.version))).json(self.body)
    }
}

fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_tags_may_match() {
        for (header, fits) in [
            (None, true),
            (Some("*"), true),
            (Some("\"7\""), true),
            (Some("\"6\", \"7\""), true),
            (Some("\"6\""), false),
            (Some("7"), false),
            (Some("W/\"7\""), false),
            (Some(""), false),
        ] {
            let outcome = IfMatch(header.map(Into::into)).check(7);
            assert_eq!(outcome.is_ok(), fits, "{header:?}");
        }
    }
}

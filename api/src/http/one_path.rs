//! A path is written in one way. Routes are found by the decoded path, the tables of scopes, limits
//! and headers by the one that was sent: a letter in disguise would pass them by.

use crate::error::ApiError;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

/// Answers `not_found` to a path in which a character is encoded that needs no encoding (RFC 3986,
/// 2.3).
///
/// # Errors
/// Those of the layers within.
pub async fn one_path<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    if has_disguise(request.path()) {
        return Ok(request.error_response(ApiError::not_found()).map_into_right_body());
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// Whether a letter, a digit, `-`, `.`, `_` or `~` is written as `%XX`.
fn has_disguise(path: &str) -> bool {
    path.split('%').skip(1).any(|rest| {
        let code = rest.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        code.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::has_disguise;

    #[test]
    fn only_what_needs_no_encoding_is_a_disguise() {
        for path in ["/%61pi", "/a%70i", "/x/%2e%2E/y", "/%7euser", "/%5f", "/%2d", "/%39"] {
            assert!(has_disguise(path), "{path}");
        }
        for path in ["/api/v1", "/%F0%9F%91%8D", "/a%20b", "/a%2Fb", "/100%25", "/%", "/%6", "/%é"]
        {
            assert!(!has_disguise(path), "{path}");
        }
    }
}

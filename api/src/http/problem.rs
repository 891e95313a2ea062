//! The last word on errors: every answer of 400 and above is problem+json in the caller's language,
//! also those that no handler made (unknown path, wrong method, unreadable request).

use crate::error::{ApiError, respond};
use crate::http::headers::Guards;
use crate::http::language;
use crate::http::observe::{REQUEST_ID, RequestId};
use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use shared::error::ErrorCode;
use shared::text::Lang;

/// What the layers within said beside the problem.
const KEPT: [&str; 3] = ["allow", "ratelimit", "ratelimit-policy"];

/// Turns errors into problems.
///
/// # Errors
/// A layer refused; the error carries the answer.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    let RequestId(id) = RequestId::of(&request);
    let guards = Guards::of(&request);
    let (language, path) = (language::of(request.request()), request.path().to_owned());
    match next.call(request).await {
        Ok(response) => Ok(match as_error(&response) {
            Some(error) => {
                let kept = KEPT.map(|name| (name, response.headers().get(name).cloned()));
                let mut rewritten = response.into_response(write(&error, language, &path, &id));
                for (name, value) in kept {
                    if let Some(value) = value.filter(|_| !rewritten.headers().contains_key(name)) {
                        rewritten.headers_mut().insert(HeaderName::from_static(name), value);
                    }
                }
                rewritten.map_into_right_body()
            }
            None => response.map_into_left_body(),
        }),
        // A layer refused: the request is gone, so the answer travels inside the error.
        Err(cause) => {
            let mut response = match cause.as_error::<ApiError>() {
                Some(error) => write(error, language, &path, &id),
                None => {
                    let status = cause.as_response_error().status_code();
                    write(&ApiError::new(code_of(status)), language, &path, &id)
                }
            };
            guards.add_to(response.headers_mut());
            if let Ok(id) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(REQUEST_ID, id);
            }
            Err(InternalError::from_response(cause, response).into())
        }
    }
}

/// The error behind a response that is one.
fn as_error<B>(response: &ServiceResponse<B>) -> Option<ApiError> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let api_error = response.response().error().and_then(|error| error.as_error::<ApiError>());
    if let Some(error) = api_error {
        return Some(ApiError {
            permission: error.permission,
            retry_after: error.retry_after,
            errors: error.errors.clone(),
            limit: error.limit.clone(),
            cause: error.cause.as_ref().map(|cause| anyhow::anyhow!("{cause:#}")),
            ..ApiError::new(error.code)
        });
    }
    let is_problem = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"));
    (!is_problem).then(|| ApiError::new(code_of(status)))
}

fn write(error: &ApiError, language: Lang, path: &str, id: &str) -> HttpResponse {
    error.log();
    respond(error, &error.problem(language, path, id))
}

fn code_of(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::Forbidden,
        404 => ErrorCode::NotFound,
        405 => ErrorCode::MethodNotAllowed,
        413 => ErrorCode::TooLarge,
        415 => ErrorCode::UnsupportedMediaType,
        426 => ErrorCode::UpgradeRequired,
        429 => ErrorCode::RateLimited,
        503 => ErrorCode::Unavailable,
        400..=499 => ErrorCode::Malformed,
        _ => ErrorCode::Internal,
    }
}

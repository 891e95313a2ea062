//! The last word on errors: every answer of 400 and above is problem+json in the caller's language,
//! also those that no handler made (unknown path, wrong method, unreadable request).

use crate::error::{ApiError, respond};
use crate::http::language;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest};
use shared::error::ErrorCode;

/// The id of a request, made at the door.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id, and turns errors into problems.
///
/// # Errors
/// Never: errors become responses here.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    let id = uuid::Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let http = request.request().clone();
    let mut response = match next.call(request).await {
        Ok(response) => match as_error(&response) {
            Some(error) => {
                let allow = response.headers().get(ALLOW).cloned();
                let mut rewritten = rewrite(http, &error, &id);
                if let Some(allow) = allow {
                    rewritten.headers_mut().insert(ALLOW, allow);
                }
                rewritten.map_into_right_body()
            }
            None => response.map_into_left_body(),
        },
        Err(error) => {
            let error = match error.as_error::<ApiError>() {
                Some(error) => rewrite(http, error, &id),
                None => {
                    let status = error.as_response_error().status_code();
                    rewrite(http, &ApiError::new(code_of(status)), &id)
                }
            };
            error.map_into_right_body()
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
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

fn rewrite(http: HttpRequest, error: &ApiError, id: &str) -> ServiceResponse<BoxBody> {
    error.log();
    let problem = error.problem(language::of(&http), http.path(), id);
    let response = respond(error, &problem);
    ServiceResponse::new(http, response)
}

fn code_of(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::Forbidden,
        404 => ErrorCode::NotFound,
        405 => ErrorCode::MethodNotAllowed,
        413 => ErrorCode::TooLarge,
        415 => ErrorCode::UnsupportedMediaType,
        429 => ErrorCode::RateLimited,
        503 => ErrorCode::Unavailable,
        400..=499 => ErrorCode::Malformed,
        _ => ErrorCode::Internal,
    }
}

//! A panic is a fault of ours. It ends the request in which it happened, and nothing else.

use crate::error::ApiError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// Answers `internal` when a layer below panics. Whatever it held is given back as when a request is cut
/// off: transactions roll back, turns end.
///
/// # Errors
/// `internal`, or what a layer below refused with.
pub async fn caught<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    match AssertUnwindSafe(async { next.call(request).await }).catch_unwind().await {
        Ok(answer) => answer,
        Err(cause) => Err(ApiError::panicked(&*cause).into()),
    }
}

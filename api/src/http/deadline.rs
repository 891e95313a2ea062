//! Every request ends: one that takes too long is answered with 503 and its work is dropped (an open
//! transaction rolls back).

use crate::app::App;
use crate::error::ApiError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web;

/// A body that may take as long as its sender's line needs: an upload.
const LARGE: u64 = 256 * 1024;

/// Answers `unavailable` when the layers below take longer than `SPACE_REQUEST_SECONDS`. Uploads
/// are left alone: their sender decides how long they take. So are answers that have begun.
///
/// # Errors
/// `unavailable`, or what a layer below refused with.
pub async fn deadline<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    let limit = request.app_data::<web::Data<App>>().map(|app| app.config.server.request_time);
    match limit.filter(|_| !is_upload(&request)) {
        Some(limit) => match tokio::time::timeout(limit, next.call(request)).await {
            Ok(answer) => answer,
            Err(elapsed) => Err(ApiError::unavailable(elapsed).into()),
        },
        None => next.call(request).await,
    }
}

fn is_upload(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length: u64| length > LARGE)
}

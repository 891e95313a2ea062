//! Every request ends: one that takes too long is answered with 503 and its work is dropped (an open
//! transaction rolls back).

use crate::app::App;
use crate::error::ApiError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::web;

/// Answers `unavailable` when the layers below take longer than `SPACE_REQUEST_SECONDS`. Uploads
/// are left alone: their sender's line decides how long they take. So are answers that have begun.
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

/// A form with files. Each piece of it has a time limit of its own (`files::receive`), and so has a
/// body that is read whole, whatever it says it is (`http::json`).
fn is_upload(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    request.method() == Method::POST && kind.starts_with(b"multipart/form-data")
}

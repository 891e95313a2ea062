//! The door: every request gets its id, a span, a line in the log and its place in the metrics.
//! The line holds the route's pattern, never the query string, the body or who asks.

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use metrics::{counter, histogram};
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// The header that carries it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, made at the door; the answer carries it as `X-Request-Id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id that [`observe`] gave the request.
    #[must_use]
    pub fn of(request: &ServiceRequest) -> Self {
        request.extensions().get().cloned().unwrap_or_else(|| Self(String::new()))
    }
}

/// See the module. The outermost layer but the queue of upgrades.
///
/// # Errors
/// Those of the layers within.
pub async fn observe<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    let began = Instant::now();
    let id = uuid::Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id);
    let answer = next.call(request).instrument(span.clone()).await;
    let mut response = answer.inspect_err(|error| {
        let status = error.as_response_error().status_code();
        count("refused", "other", status.as_u16());
    })?;
    span.in_scope(|| note(&response, began.elapsed()));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

fn note<B>(response: &ServiceResponse<B>, took: Duration) {
    let request = response.request();
    let method = request.method().as_str();
    let status = response.status().as_u16();
    let route = request.match_pattern();
    // Files of the client and unknown paths share one name: paths are unbounded.
    let route = route.as_deref().unwrap_or("other");
    let labels = [("method", method.to_owned()), ("route", route.to_owned())];
    histogram!("http_request_duration_seconds", &labels).record(took);
    count(method, route, status);
    let duration_ms = took.as_secs_f64() * 1000.0;
    if route.starts_with("/api/v1") {
        tracing::info!(method, route, status, duration_ms, "answered");
    } else {
        tracing::debug!(method, route, status, duration_ms, "answered");
    }
}

fn count(method: &str, route: &str, status: u16) {
    counter!("http_requests_total", "method" => method.to_owned(), "route" => route.to_owned(),
        "status" => status.to_string())
    .increment(1);
}

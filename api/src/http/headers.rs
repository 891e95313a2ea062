//! What every answer tells the browser: no guessing of types, no framing, no foreign code.

use crate::app::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web;

/// The client: its own files only, and wasm compiled from them.
const CLIENT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; \
    worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'self'; \
    frame-ancestors 'none'";
/// The documents: Swagger's page writes styles into its elements.
const DOCUMENTS: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// Data is never a page.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds what the answer does not say itself.
///
/// # Errors
/// Those of the layers within.
pub async fn headers<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    let guards = Guards::of(&request);
    let mut response = next.call(request).await?;
    guards.add_to(response.headers_mut());
    Ok(response)
}

/// What the answer to a request must say.
pub struct Guards {
    is_document: bool,
    is_data: bool,
    is_https: bool,
}

impl Guards {
    /// By the path that was asked for.
    #[must_use]
    pub fn of(request: &ServiceRequest) -> Self {
        let path = request.path();
        let is_document = path.starts_with("/api/docs");
        let is_data = !is_document
            && ["/api/", "/health/", "/metrics"].iter().any(|prefix| path.starts_with(prefix));
        let app = request.app_data::<web::Data<App>>();
        let is_https = app.is_some_and(|app| app.config.server.is_https());
        Self { is_document, is_data, is_https }
    }

    /// Adds what is not said yet.
    pub fn add_to(&self, answer: &mut HeaderMap) {
        let Self { is_document, is_data, is_https } = *self;
        let policy = match (is_document, is_data) {
            (true, _) => DOCUMENTS,
            (_, true) => DATA,
            _ => CLIENT,
        };
        add(answer, CONTENT_SECURITY_POLICY, policy);
        add(answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
        add(answer, X_FRAME_OPTIONS, "DENY");
        add(answer, REFERRER_POLICY, "same-origin");
        add(answer, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        add(answer, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        add(
            answer,
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        );
        if is_data {
            add(answer, CACHE_CONTROL, "no-store");
        }
        if is_https {
            add(answer, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

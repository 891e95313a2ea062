//! Which pages may act for the person in front of the browser.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use shared::error::ErrorCode;

/// Whether an `Origin` is this server's own. Outside production any name it is reached by counts.
#[must_use]
pub fn is_own(app: &App, request: &HttpRequest, origin: &str) -> bool {
    let server = &app.config.server;
    if origin == server.public_url {
        return true;
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if server.is_https() { "https" } else { "http" };
    !app.config.is_production() && origin == format!("{scheme}://{host}")
}

/// Refuses what another site's page could have sent: call it before a cookie is believed.
///
/// # Errors
/// `cross_site`, unless the browser names our own page and the request is one that a form can't
/// make: JSON, or with `X-Requested-With`.
pub fn check_same_origin(app: &App, request: &HttpRequest) -> ApiResult<()> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own_page = match (header("Sec-Fetch-Site"), header(ORIGIN.as_str())) {
        (Some(site), None) => site == "same-origin",
        (Some(site), Some(origin)) => site == "same-origin" && is_own(app, request, origin),
        (None, Some(origin)) => is_own(app, request, origin),
        (None, None) => false,
    };
    let is_json =
        header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("application/json"));
    if own_page && (is_json || header("X-Requested-With").is_some()) {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::CrossSite))
    }
}

//! The web client's refresh token: a cookie that scripts can't read and other sites can't send.

use crate::app::App;
use actix_web::HttpRequest;
use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, SameSite};
use chrono::{DateTime, Utc};

/// Bound to this host, this path and TLS by its very name.
const NAME: &str = "__Host-refresh";
/// For development over plain http, where browsers refuse `Secure` cookies.
const PLAIN_NAME: &str = "refresh";

/// The cookie that carries the token.
#[must_use]
pub fn with(
    app: &App,
    request: &HttpRequest,
    token: String,
    ends: DateTime<Utc>,
) -> Cookie<'static> {
    let ends = OffsetDateTime::from_unix_timestamp(ends.timestamp());
    let mut cookie = empty(app, request);
    cookie.set_value(token);
    cookie.set_expires(ends.unwrap_or(OffsetDateTime::UNIX_EPOCH));
    cookie
}

/// The cookie that removes it.
#[must_use]
pub fn removal(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let mut cookie = empty(app, request);
    cookie.make_removal();
    cookie
}

/// The token that came with the request.
#[must_use]
pub fn read(app: &App, request: &HttpRequest) -> Option<String> {
    let name = if takes_secure(app, request) { NAME } else { PLAIN_NAME };
    request.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|text| !text.is_empty())
}

fn empty(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let secure = takes_secure(app, request);
    Cookie::build(if secure { NAME } else { PLAIN_NAME }, "")
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .finish()
}

/// Whether the browser takes `Secure` cookies from here. It does so over TLS and from this machine.
pub(super) fn takes_secure(app: &App, request: &HttpRequest) -> bool {
    if app.config.is_production() || app.config.server.is_https() {
        return true;
    }
    let info = request.connection_info();
    let host = info.host();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

//! The caller's language.

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest, dev};
use shared::text::Lang;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The best of `Accept-Language` that we speak; English without one.
#[derive(Clone, Copy, Debug)]
pub struct Language(pub Lang);

/// See [`Language`].
#[must_use]
pub fn of(request: &HttpRequest) -> Lang {
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.map_or(Lang::En, Lang::negotiate)
}

/// The same, when the caller said so.
#[must_use]
pub fn given(request: &HttpRequest) -> Option<Lang> {
    request.headers().contains_key(ACCEPT_LANGUAGE).then(|| of(request))
}

impl FromRequest for Language {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self(of(request))))
    }
}

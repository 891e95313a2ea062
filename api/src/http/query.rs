//! Query strings and paths, with errors in the contract's shape.

use crate::error::ApiError;
use actix_web::{FromRequest, HttpRequest, dev};
use serde::de::DeserializeOwned;
use shared::Timestamp;
use shared::error::{ErrorCode, FieldCode, FieldError};
use std::future::{Ready, ready};

/// The query string. Give the type `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// Reads `name=value` pairs.
///
/// # Errors
/// `malformed` (also with a NUL, which the database does not take) or `unknown_field`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    if text.contains("%00") || text.contains('\0') {
        return Err(ApiError::new(ErrorCode::Malformed));
    }
    serde_urlencoded::from_str(text).map_err(|error| {
        let text = error.to_string();
        if !text.starts_with("unknown field") {
            return ApiError::new(ErrorCode::Malformed);
        }
        let name = text.split('`').nth(1).unwrap_or_default();
        ApiError {
            errors: vec![FieldError::new(name, FieldCode::Unknown)],
            ..ApiError::new(ErrorCode::UnknownField)
        }
    })
}

/// A parameter of the path; what does not parse does not exist.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        if request.path().contains("%00") {
            return ready(Err(ApiError::not_found()));
        }
        ready(request.match_info().load().map(Self).map_err(|_| ApiError::not_found()))
    }
}

/// Whether the database can hold the time and RFC 3339 can write it.
#[must_use]
pub fn storable(at: Timestamp) -> bool {
    (0..=9999).contains(&chrono::Datelike::year(&at))
}

/// `?limit=` of a list: 1-100.
///
/// # Errors
/// `invalid` outside of it.
pub fn limit(limit: Option<i64>, default: i64) -> Result<i64, ApiError> {
    limit_up_to(100, limit, default)
}

/// `?limit=` of a list that may be longer: 1-`most`.
///
/// # Errors
/// `invalid` outside of it.
pub fn limit_up_to(most: i64, limit: Option<i64>, default: i64) -> Result<i64, ApiError> {
    match limit {
        None => Ok(default),
        Some(n) if (1..=most).contains(&n) => Ok(n),
        Some(_) => Err(ApiError::field("limit", FieldCode::OutOfRange)),
    }
}

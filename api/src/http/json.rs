//! JSON in and out, with errors in the contract's shape.

use crate::error::{ApiError, check};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, dev};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::error::{ErrorCode, FieldCode, FieldError};
use shared::validate::Validate;
use std::time::Duration;

/// The largest JSON body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// How long a body that is read whole may take.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A body that was read, or an answer. Unknown fields are refused by the types themselves.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

/// A body that may be absent, which reads as the default.
#[derive(Clone, Debug)]
pub struct OptionalJson<T>(pub T);

/// A body that was read and keeps its own rules.
#[derive(Clone, Debug)]
pub struct Valid<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let is_json = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
            }
            parse(&read_body(payload).await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let is_json = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            let body = read_body(payload).await?;
            match is_json {
                _ if body.is_empty() => Ok(Self(T::default())),
                true => parse(&body).map(Self),
                false => Err(ApiError::new(ErrorCode::UnsupportedMediaType)),
            }
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    })
}

/// Reads a body whole.
///
/// # Errors
/// `too_large` beyond [`MAX_BODY`]; `malformed` when it breaks off; `unavailable` when it takes longer
/// than [`BODY_TIME`].
pub async fn read_body(payload: dev::Payload) -> Result<BytesMut, ApiError> {
    let body = tokio::time::timeout(BODY_TIME, read_all(payload)).await;
    body.unwrap_or_else(|elapsed| Err(ApiError::unavailable(elapsed)))
}

async fn read_all(mut payload: dev::Payload) -> Result<BytesMut, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::new(ErrorCode::Malformed))?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(ApiError::new(ErrorCode::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Valid<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let is_json = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
            }
            let text = read_body(payload).await?;
            let body: T = read(&text)?;
            // First, for it names the field.
            check(&body)?;
            without_nul(&text)?;
            Ok(Self(body))
        })
    }
}

/// Reads JSON.
///
/// # Errors
/// `malformed`, `unknown_field`, or `invalid` with the pointer of a value of the wrong type.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    without_nul(body)?;
    read(body)
}

fn without_nul(body: &[u8]) -> Result<(), ApiError> {
    if has_nul(body) { Err(ApiError::new(ErrorCode::Malformed)) } else { Ok(()) }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        bad_json(error.inner(), &pointer)
    })?;
    deserializer.end().map_err(|error| bad_json(&error, ""))?;
    Ok(value)
}

/// Whether a string of the JSON has a NUL in it, which the database does not take. (JSON itself
/// allows it only as `\u0000`.)
#[must_use]
pub fn has_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = &rest[at + 1..];
        if rest.starts_with(b"u0000") {
            return true;
        }
        // The escaped character, which may be a backslash.
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// A path as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.map(|segment| format!("/{segment}")).collect()
}

/// What a parse error means for the caller.
#[must_use]
pub fn bad_json(error: &serde_json::Error, pointer: &str) -> ApiError {
    if !error.is_data() {
        return ApiError::new(ErrorCode::Malformed);
    }
    let text = error.to_string();
    let quoted = || text.split('`').nth(1).unwrap_or_default().to_owned();
    let field = |pointer: String, code| FieldError { pointer, code, detail: String::new() };
    if text.starts_with("unknown field") {
        let name = quoted();
        let pointer = match pointer.rsplit_once('/') {
            Some((_, last)) if last == name => pointer.to_owned(),
            _ => format!("{pointer}/{name}"),
        };
        return ApiError {
            errors: vec![field(pointer, FieldCode::Unknown)],
            ..ApiError::new(ErrorCode::UnknownField)
        };
    }
    if text.starts_with("missing field") {
        return ApiError::invalid(vec![field(
            format!("{pointer}/{}", quoted()),
            FieldCode::Required,
        )]);
    }
    if text.starts_with("unknown variant") {
        return ApiError::invalid(vec![field(pointer.to_owned(), FieldCode::Unknown)]);
    }
    ApiError::invalid(vec![field(pointer.to_owned(), FieldCode::BadFormat)])
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// 201 with `Location`.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// Path of the new thing, below `/api/v1`.
    pub location: String,
    pub body: T,
}

impl<T: Serialize> Responder for Created<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created()
            .insert_header(("Location", format!("/api/v1{}", self.location)))
            .json(self.body)
    }
}

/// 204.
#[derive(Clone, Copy, Debug)]
pub struct NoContent;

impl Responder for NoContent {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

//! The one error of routes and actions, and its one shape on the wire (RFC 9457).

use crate::http::rate_limit::LimitState;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE};
use actix_web::{HttpResponse, ResponseError};
use shared::error::{ErrorCode, FieldCode, FieldError, Problem};
use shared::permission::{Permission, Refusal};
use shared::text::{self, Lang};
use shared::validate::Validate;
use std::any::Any;
use std::fmt;

/// What routes and actions return.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request fails. A cause is logged once, here; it never leaves the process.
#[derive(Debug)]
pub struct ApiError {
    pub code: ErrorCode,
    pub permission: Option<Permission>,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub errors: Vec<FieldError>,
    /// The limit that was exceeded, for the headers.
    pub limit: Option<Box<LimitState>>,
    /// What went wrong inside, for the log only.
    pub cause: Option<anyhow::Error>,
}

impl ApiError {
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            permission: None,
            retry_after: None,
            errors: Vec::new(),
            limit: None,
            cause: None,
        }
    }

    /// Absent, or not visible to the caller: the same answer.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound)
    }

    /// Visible, but this permission is missing.
    #[must_use]
    pub fn forbidden(permission: Permission) -> Self {
        Self { permission: Some(permission), ..Self::new(ErrorCode::Forbidden) }
    }

    /// These fields are invalid.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(ErrorCode::Invalid) }
    }

    /// This one field is invalid.
    #[must_use]
    pub fn field(field: &str, code: FieldCode) -> Self {
        Self::invalid(vec![FieldError::new(field, code)])
    }

    /// Come back in `seconds`.
    #[must_use]
    pub fn rate_limited(seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..Self::new(ErrorCode::RateLimited) }
    }

    /// Slow mode: write again in `seconds`.
    #[must_use]
    pub fn slow_mode(seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..Self::new(ErrorCode::SlowMode) }
    }

    /// A part we need does not answer.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            retry_after: Some(2),
            cause: Some(cause.into()),
            ..Self::new(ErrorCode::Unavailable)
        }
    }

    /// Something broke.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(ErrorCode::Internal) }
    }

    /// Something panicked, and it was caught: see what holds the future.
    #[must_use]
    pub fn panicked(cause: &(dyn Any + Send)) -> Self {
        metrics::counter!("panics").increment(1);
        let text = cause.downcast_ref::<&str>().copied();
        let text = text.or_else(|| cause.downcast_ref::<String>().map(String::as_str));
        Self::internal(anyhow::anyhow!("a panic: {}", text.unwrap_or("without a text")))
    }

    /// The wire form in a language. Field texts are filled in here.
    #[must_use]
    pub fn problem(&self, lang: Lang, instance: &str, request_id: &str) -> Problem {
        let mut detail = text::named(lang, &format!("error.{}", self.code.key()));
        if let Some(permission) = self.permission {
            let name = text::named(lang, &format!("permission.{}", permission.key()));
            detail = format!("{} ({name})", detail.trim_end_matches('.'));
        }
        let errors = self.errors.iter().map(|e| FieldError {
            detail: text::named(lang, &format!("field.{}", e.code.key())),
            ..e.clone()
        });
        Problem {
            kind: format!("about:blank#{}", self.code.key()),
            title: self.status_code().canonical_reason().unwrap_or("Error").to_owned(),
            status: self.code.status(),
            detail,
            instance: instance.to_owned(),
            code: self.code,
            request_id: request_id.to_owned(),
            permission: self.permission,
            retry_after: self.retry_after,
            errors: errors.collect(),
        }
    }

    /// Logs the cause of a failure on our side. Call once, where the error leaves.
    pub fn log(&self) {
        if let Some(cause) = &self.cause {
            match self.code {
                ErrorCode::Internal => tracing::error!(cause = ?cause, "request failed"),
                _ => tracing::warn!(cause = %cause, code = self.code.key(), "request failed"),
            }
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.key())
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// English and without an instance; `http::problem` rewrites it per request.
    fn error_response(&self) -> HttpResponse {
        respond(self, &self.problem(Lang::En, "", ""))
    }
}

/// The response of an error, from its wire form.
#[must_use]
pub fn respond(error: &ApiError, problem: &Problem) -> HttpResponse {
    let mut response = HttpResponse::build(error.status_code());
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = error.retry_after {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    if error.code == ErrorCode::UpgradeRequired {
        response.insert_header((UPGRADE, "websocket")).insert_header((SEC_WEBSOCKET_VERSION, "13"));
    }
    let mut response = response.body(serde_json::to_string(problem).unwrap_or_default());
    if let Some(limit) = &error.limit {
        limit.write(response.headers_mut());
    }
    response
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Self::not_found(),
            // What the row refers to went away between check and write.
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self { cause: Some(error.into()), ..Self::not_found() }
            }
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::unavailable(error),
            // Two changes waited for each other: one of them has to come back.
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::unavailable(error)
            }
            Error::DatabaseError(_, ref info)
                if gave_up(info.message()) || has_no_room(info.message()) =>
            {
                Self::unavailable(error)
            }
            other => Self::internal(other),
        }
    }
}

/// Whether the database ended a statement that took or waited too long. diesel has no kind for
/// SQLSTATE 57014, 55P03 and 40P01, and hands out no code: connections ask for English texts
/// ([`crate::platform::db`]).
fn gave_up(message: &str) -> bool {
    message.starts_with("canceling statement due to ") || message == "deadlock detected"
}

/// Whether the database's disk is full: SQLSTATE 53100, for which diesel has no kind either.
fn has_no_room(message: &str) -> bool {
    message.starts_with("could not extend file")
        || message.starts_with("could not write")
        || message.ends_with("No space left on device")
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing(permission) => Self::forbidden(permission),
            Refusal::Rank => Self::new(ErrorCode::RankTooLow),
            Refusal::Untouchable => Self::new(ErrorCode::Untouchable),
            Refusal::Yourself => Self::new(ErrorCode::Yourself),
            Refusal::Grants(_) => Self::new(ErrorCode::GrantsMore),
        }
    }
}

/// Maps a violated unique constraint to a conflict; everything else stays what it was.
pub fn conflict(error: diesel::result::Error, constraint: &str, code: ErrorCode) -> ApiError {
    use diesel::result::{DatabaseErrorKind, Error};
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some(constraint) =>
        {
            ApiError::new(code)
        }
        _ => error.into(),
    }
}

/// The error of work that several waited for: each gets it.
#[must_use]
pub fn shared_copy(error: &std::sync::Arc<ApiError>) -> ApiError {
    ApiError {
        retry_after: error.retry_after,
        cause: error.cause.as_ref().map(|cause| anyhow::anyhow!("{cause:#}")),
        ..ApiError::new(error.code)
    }
}

/// Applies a body's own rules.
///
/// # Errors
/// `invalid` with every bad field.
pub fn check(body: &impl Validate) -> ApiResult<()> {
    let errors = body.validate();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

//! What can go wrong with a request, and the sentence a person reads about it.

use crate::i18n::{Key, by_name, tf, tr};
use shared::error::{ErrorCode, FieldCode, Problem};
use shared::json::Unreadable;

/// The outcome of an operation.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The server refused, and said why.
    Problem(Box<Problem>),
    /// The server was not reached in time.
    Unreachable,
    /// The answer was not what this version of the client understands.
    Unreadable,
}

impl From<Unreadable> for ApiError {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

impl ApiError {
    /// The server's code, when it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// Whether the same request may succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Unreadable => false,
            Self::Problem(problem) => {
                matches!(problem.code, ErrorCode::Unavailable | ErrorCode::RateLimited)
            }
        }
    }

    /// What happened, in the language in force.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Unreachable => tr(Key::AppUnreachable).to_owned(),
            Self::Unreadable => tr(Key::AppUnreadable).to_owned(),
            Self::Problem(problem) => match (problem.code, problem.permission) {
                (ErrorCode::RateLimited, _) if problem.retry_after.is_some() => {
                    let seconds = problem.retry_after.unwrap_or_default().to_string();
                    tf(Key::AppRateLimited, &[("seconds", &seconds)])
                }
                (ErrorCode::Forbidden, Some(permission)) => {
                    let name = by_name(&format!("permission.{}", permission.key()));
                    tf(Key::AppForbidden, &[("permission", &name)])
                }
                (ErrorCode::Internal, _) if !problem.request_id.is_empty() => {
                    tf(Key::AppInternal, &[("id", &problem.request_id)])
                }
                (code, _) => by_name(&format!("error.{}", code.key())),
            },
        }
    }

    /// The fields that the server found invalid: name and why.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldCode)> {
        let errors = match self {
            Self::Problem(problem) => problem.errors.as_slice(),
            Self::Unreachable | Self::Unreadable => &[],
        };
        errors.iter().map(|e| (e.pointer.trim_start_matches('/'), e.code))
    }
}

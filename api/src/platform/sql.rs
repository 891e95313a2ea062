//! What statements in more than one slice need.

use diesel::QueryResult;
use diesel::result::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads what the database put together as JSON.
///
/// # Errors
/// The query and the type do not fit.
pub fn from_json<T: DeserializeOwned>(value: Value) -> QueryResult<T> {
    serde_json::from_value(value).map_err(|error| Error::DeserializationError(error.into()))
}

/// Makes `%`, `_` and `\` mean themselves in LIKE.
#[must_use]
pub fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A pattern of LIKE for texts with this anywhere in them.
#[must_use]
pub fn containing(text: &str) -> String {
    format!("%{}%", escape_like(text))
}

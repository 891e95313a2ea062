//! What the hand-written joins share.

use diesel::QueryResult;
use diesel::result::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A [`shared::identity::UserRef`] of the row named by the alias, as JSON. In a space, the second
/// argument is the column of what the person is called there.
macro_rules! user_ref {
    ($alias:literal) => {
        user_ref!($alias, "NULL")
    };
    ($alias:literal, $called:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $alias,
            ".id, 'nickname', ",
            $alias,
            ".nickname, ",
            "'display_name', coalesce(",
            $called,
            ", ",
            $alias,
            ".display_name), 'avatar_url', ",
            $alias,
            ".avatar_url, ",
            "'is_bot', ",
            $alias,
            ".is_bot)"
        )
    };
}
pub(crate) use user_ref;

/// Reads what the database put together as JSON.
///
/// # Errors
/// The query and the type do not fit.
pub fn from_json<T: DeserializeOwned>(value: Value) -> QueryResult<T> {
    serde_json::from_value(value).map_err(|error| Error::DeserializationError(error.into()))
}

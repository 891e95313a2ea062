//! Keyset cursors: opaque to clients, the last row's key inside.

use crate::error::ApiError;
use crate::http::json::has_nul;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::Timestamp;
use shared::error::ErrorCode;
use shared::page::Page;

/// Reads a cursor that `encode` made.
///
/// # Errors
/// `bad_cursor`.
pub fn decode<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, ApiError> {
    cursor
        .map(|text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok();
            bytes
                .filter(|bytes| !has_nul(bytes))
                .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
                .filter(is_storable)
                .and_then(|value| serde_json::from_value(value).ok())
                .ok_or_else(|| ApiError::new(ErrorCode::BadCursor))
        })
        .transpose()
}

/// Whether the database can hold every time in it; a cursor may be forged.
fn is_storable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.parse::<Timestamp>().map_or(true, crate::http::query::storable),
        Value::Array(list) => list.iter().all(is_storable),
        Value::Object(fields) => fields.values().all(is_storable),
        _ => true,
    }
}

/// The cursor of a key.
pub fn encode<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// A page from `limit + 1` rows: the extra one only says that there is more.
pub fn page<T, K: Serialize>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| encode(&key(row)));
    Page { items: rows, next_cursor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// The keys of the lists: a time or a name, and an id.
    type ByTime = (Timestamp, Uuid);
    type ByName = (i32, bool, String, Uuid);

    fn is_refused<K: DeserializeOwned>(text: &str) -> bool {
        decode::<K>(Some(text)).is_err_and(|error| error.code == ErrorCode::BadCursor)
    }

    proptest! {
        #[test]
        fn what_was_given_out_comes_back(
            millis in 0..4_102_444_800_000_i64, id in any::<u128>(),
            rank in any::<i32>(), is_here in any::<bool>(), name in "[^\\x00]{0,40}",
        ) {
            let at = chrono::DateTime::from_timestamp_millis(millis).unwrap();
            let key: ByTime = (at, Uuid::from_u128(id));
            prop_assert_eq!(decode::<ByTime>(Some(&encode(&key))).unwrap(), Some(key));
            prop_assume!(name.parse::<Timestamp>().is_err());
            let key: ByName = (rank, is_here, name, Uuid::from_u128(id));
            prop_assert_eq!(decode::<ByName>(Some(&encode(&key))).unwrap(), Some(key));
        }

        #[test]
        fn any_text_is_a_cursor_or_refused(text in "\\PC{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                prop_assert!(is_refused::<ByTime>(&text));
                let _ = decode::<Value>(Some(&text));
            }
        }

        #[test]
        fn another_lists_cursor_is_refused(number in any::<i64>(), id in any::<u128>()) {
            let other = encode(&(number, Uuid::from_u128(id)));
            prop_assert!(is_refused::<ByTime>(&other) && is_refused::<ByName>(&other));
        }
    }
}

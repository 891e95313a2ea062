//! Fetching while the stream goes on: an answer may have been made before an event that came meanwhile.

use crate::api::ApiResult;
use leptos::prelude::*;

/// How often is asked while things change; the last answer holds in any case.
const ATTEMPTS: u32 = 3;

/// Counts the changes of a store, and its fetches.
#[derive(Clone, Copy, Default)]
pub struct Changes {
    changes: StoredValue<u64>,
    fetches: StoredValue<u64>,
}

impl Changes {
    /// Something in the store was changed by an event.
    pub fn note(self) {
        self.changes.update_value(|n| *n += 1);
    }

    /// The answer to a fetch during which nothing changed. `None`: a later fetch has begun, or the
    /// store is gone.
    pub async fn settle<T>(self, fetch: impl AsyncFn() -> ApiResult<T>) -> Option<ApiResult<T>> {
        let begun = self.fetches.try_update_value(|n| {
            *n += 1;
            *n
        })?;
        for attempt in 1.. {
            let before = self.changes.try_get_value();
            let answer = fetch().await;
            if self.fetches.try_get_value() != Some(begun) {
                break;
            }
            let is_settled = answer.is_err() || self.changes.try_get_value() == before;
            if is_settled || attempt == ATTEMPTS {
                return Some(answer);
            }
        }
        None
    }
}

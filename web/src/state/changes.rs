//! Fetching while the stream goes on: an answer may have been made before an event that came meanwhile.

use crate::api::ApiResult;
use leptos::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;

/// How often is asked while things change; the last answer holds in any case.
const ATTEMPTS: u32 = 3;

/// Counts the changes of a store, and its fetches; of a store of many things, those of each.
#[derive(Clone, Copy, Default)]
pub struct Changes<K: Send + Sync + 'static = ()> {
    counts: StoredValue<HashMap<K, Counts>>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    changes: u64,
    fetches: u64,
}

impl Changes {
    /// Something in the store was changed by an event.
    pub fn note(self) {
        self.note_of(());
    }

    /// As [`Changes::settle_of`].
    pub async fn settle<T>(self, fetch: impl AsyncFn() -> ApiResult<T>) -> Option<ApiResult<T>> {
        self.settle_of((), fetch).await
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> Changes<K> {
    /// Something in one of them was changed by an event, or here.
    pub fn note_of(self, key: K) {
        self.counts.update_value(|all| all.entry(key).or_default().changes += 1);
    }

    /// The answer to a fetch during which nothing changed. `None`: a later fetch of the same has begun,
    /// or the store is gone.
    pub async fn settle_of<T>(
        self,
        key: K,
        fetch: impl AsyncFn() -> ApiResult<T>,
    ) -> Option<ApiResult<T>> {
        let counts = move || self.counts.try_with_value(|all| all.get(&key).copied())?;
        let begun = self.counts.try_update_value(|all| {
            let counts = all.entry(key).or_default();
            counts.fetches += 1;
            counts.fetches
        })?;
        for attempt in 1.. {
            let before = counts()?.changes;
            let answer = fetch().await;
            let now = counts()?;
            if now.fetches != begun {
                break;
            }
            if answer.is_err() || now.changes == before || attempt == ATTEMPTS {
                return Some(answer);
            }
        }
        None
    }
}

/// Of whom the stream has told what, and when: what was asked for before is older.
#[derive(Clone, Copy, Default)]
pub struct Heard<K: Send + Sync + 'static> {
    turn: StoredValue<u64>,
    last: StoredValue<HashMap<K, u64>>,
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> Heard<K> {
    /// The moment to compare with, taken before asking.
    #[must_use]
    pub fn now(self) -> u64 {
        self.turn.try_get_value().unwrap_or_default()
    }

    /// The stream told something of this one.
    pub fn note(self, key: K) {
        let turn = self.now() + 1;
        self.turn.set_value(turn);
        self.last.update_value(|last| {
            last.insert(key, turn);
        });
    }

    /// Whether the stream told something of this one since that moment.
    #[must_use]
    pub fn is_newer(self, key: K, since: u64) -> bool {
        self.last.try_with_value(|last| last.get(&key).copied()) > Some(Some(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ApiError;
    use futures_util::FutureExt as _;
    use std::cell::Cell;

    #[test]
    fn what_an_event_overtook_is_asked_for_again() {
        let changes = Changes::<u8>::default();
        let asked = Cell::new(0);
        let ask = |overtaken: u32| {
            asked.set(0);
            let fetch = async || {
                asked.set(asked.get() + 1);
                // Of another one is no reason.
                changes.note_of(2);
                if asked.get() <= overtaken {
                    changes.note_of(1);
                }
                Ok::<_, ApiError>(asked.get())
            };
            changes.settle_of(1, fetch).now_or_never().flatten().and_then(Result::ok)
        };
        assert_eq!(ask(0), Some(1));
        assert_eq!(ask(1), Some(2));
        assert_eq!(ask(99), Some(ATTEMPTS), "the last one holds");
    }

    #[test]
    fn a_later_fetch_of_the_same_makes_an_earlier_answer_void() {
        let changes = Changes::<u8>::default();
        let begin = |key| drop(changes.settle_of(key, async || Ok(())).now_or_never());
        let fetch = |other| {
            let fetch = async || {
                begin(other);
                Ok(())
            };
            changes.settle_of(1, fetch).now_or_never().flatten().is_some()
        };
        assert!(fetch(2));
        assert!(!fetch(1));
    }

    #[test]
    fn what_was_heard_since_is_newer() {
        let heard = Heard::<u8>::default();
        heard.note(1);
        let since = heard.now();
        assert!(!heard.is_newer(1, since) && !heard.is_newer(2, since));
        heard.note(2);
        assert!(!heard.is_newer(1, since) && heard.is_newer(2, since));
    }
}

//! Hashing passwords: bcrypt, never truncating, off the workers and behind a bounded queue.

use crate::error::{ApiError, ApiResult};
use crate::identity::model::user;
use crate::platform::db::PgConn;
use diesel::QueryResult;
use shared::error::FieldCode;
use shared::ids::UserId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// bcrypt reads so many bytes and no more. Checked here and not by the crate's `non_truncating_*`,
/// which refuse a password of exactly 72 bytes although nothing of it would be lost.
const MAX_BYTES: usize = 72;
/// Hashes waiting for each core; more are refused at once.
const WAITING_PER_CORE: usize = 16;
/// Who waited so long is refused: his client has given up anyway.
const PATIENCE: Duration = Duration::from_secs(8);

/// Sorted, lower case, those of at least 8 characters among the 30,000 most common (from zxcvbn, MIT).
const COMMON: &str = include_str!("common_passwords.txt");

/// Refuses passwords that every guesser tries first.
///
/// # Errors
/// `too_common` for `field`.
pub fn check_not_common(field: &str, password: &str) -> ApiResult<()> {
    if is_common(password) { Err(ApiError::field(field, FieldCode::TooCommon)) } else { Ok(()) }
}

fn is_common(password: &str) -> bool {
    let folded = password.trim().to_lowercase();
    COMMON.lines().any(|line| line == folded)
}

/// Proof that a password was the one of a hash. Hashing takes its time: whoever acts on it asks under the
/// account's lock whether that hash is still stored, see [`Verified::holds`].
#[derive(Clone, Debug)]
pub struct Verified(String);

impl Verified {
    /// Whether the password is still the account's own. Nobody changes it until the transaction ends.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn holds(&self, tx: &mut PgConn, id: UserId) -> QueryResult<bool> {
        user::lock(tx, id).await?;
        Ok(user::password_hash(tx, id).await?.as_ref() == Some(&self.0))
    }
}

/// The hashing queue.
pub struct Hasher {
    cost: u32,
    /// What unknown logins are compared with: as dear as a real hash, and no password's.
    dummy: String,
    waiting: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    runs: AtomicU64,
}

impl Hasher {
    #[must_use]
    pub fn new(cost: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let salt_and_hash = "oDSqZPd9PSxzqF4JXyLHyeu1eIF6dRKhjpmMs5NV0Cjjv7nZc0nVm";
        Self {
            cost,
            dummy: format!("$2b${cost:02}${salt_and_hash}"),
            waiting: Arc::new(Semaphore::new(cores * (WAITING_PER_CORE + 1))),
            cores: Arc::new(Semaphore::new(cores)),
            runs: AtomicU64::new(0),
        }
    }

    /// The hash to store.
    ///
    /// # Errors
    /// `invalid` beyond 72 bytes; `unavailable` when too many wait.
    pub async fn hash(&self, password: String) -> ApiResult<String> {
        if password.len() > MAX_BYTES {
            return Err(ApiError::field("password", FieldCode::TooManyBytes));
        }
        let cost = self.cost;
        self.run(move || bcrypt::hash(password, cost)).await?.map_err(ApiError::internal)
    }

    /// Proves that the password is the one of `hash`; `None` when it is not. Takes as long without a hash.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> ApiResult<Option<Verified>> {
        let is_possible = password.len() <= MAX_BYTES;
        let compared = hash.clone().unwrap_or_else(|| self.dummy.clone());
        let matches = self.run(move || bcrypt::verify(password, &compared)).await?;
        Ok(hash.filter(|_| is_possible && matches.unwrap_or(false)).map(Verified))
    }

    /// How often bcrypt ran, at its full cost each time. Tests pin it.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> ApiResult<T> {
        let full = || ApiError::unavailable(anyhow::anyhow!("too many passwords wait for hashing"));
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| full())?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let core = timeout(PATIENCE, self.cores.clone().acquire_owned()).await;
        let core = core.map_err(|_| full())?.map_err(ApiError::internal)?;
        let task = tokio::task::spawn_blocking(move || {
            // Held here: a caller that goes away does not free a core that still works.
            let _places = (waiting, core);
            work()
        });
        task.await.map_err(ApiError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hole_27_all_72_bytes_count_and_more_are_refused() {
        let hasher = Hasher::new(4);
        let longest = "x".repeat(72);
        let hash = hasher.hash(longest.clone()).await.unwrap();
        let last_differs = format!("{}y", "x".repeat(71));
        assert!(hasher.verify(longest.clone(), Some(hash.clone())).await.unwrap().is_some());
        assert!(hasher.verify(last_differs, Some(hash.clone())).await.unwrap().is_none());
        assert!(hasher.verify(longest.clone() + "x", Some(hash)).await.unwrap().is_none());
        assert!(hasher.hash(longest + "x").await.is_err());
    }

    #[tokio::test]
    async fn nothing_matches_the_dummy_and_it_costs_as_much() {
        let hasher = Hasher::new(5);
        assert!(hasher.verify(String::new(), None).await.unwrap().is_none());
        let parts: bcrypt::HashParts = hasher.dummy.parse().unwrap();
        assert_eq!(parts.get_cost(), 5);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let hasher = Hasher::new(4);
        let _all = hasher
            .waiting
            .clone()
            .try_acquire_many_owned(u32::try_from(hasher.waiting.available_permits()).unwrap());
        let error = hasher.hash("a password".into()).await.unwrap_err();
        assert_eq!((error.code.status(), error.retry_after), (503, Some(2)));
    }

    #[test]
    fn common_passwords_are_known_in_any_case() {
        assert!(is_common("Password1") && is_common("iloveyou1"));
        assert!(!is_common("a long enough secret"));
        assert!(COMMON.lines().count() > 3000 && COMMON.lines().is_sorted());
    }
}

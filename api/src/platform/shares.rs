//! What is dear and not one account's alone: each has so many under way at once.

use crate::error::{ApiError, ApiResult};
use moka::future::Cache;
use shared::ids::UserId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Whoever waits longer for his own is asking for too much.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longer than anything is under way.
const REMEMBERED: Duration = Duration::from_mins(5);

/// See the module.
pub struct Shares {
    each: usize,
    known: Cache<UserId, Arc<Semaphore>>,
}

impl Shares {
    /// `each` at once for everybody.
    #[must_use]
    pub fn new(each: usize) -> Self {
        let known = Cache::builder().max_capacity(50_000).time_to_idle(REMEMBERED).build();
        Self { each, known }
    }

    /// One of them, until dropped.
    ///
    /// # Errors
    /// `rate_limited` when the account's own did not end within 3 s.
    pub async fn turn(&self, user: UserId) -> ApiResult<OwnedSemaphorePermit> {
        let own = self.known.get_with(user, async { Arc::new(Semaphore::new(self.each)) }).await;
        match timeout(PATIENCE, own.acquire_owned()).await {
            Ok(turn) => turn.map_err(ApiError::internal),
            Err(_) => Err(ApiError::rate_limited(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn each_waits_for_his_own_only() {
        let shares = Shares::new(2);
        let (anna, boris) = (UserId::new(), UserId::new());
        let first = shares.turn(anna).await.unwrap();
        let _second = shares.turn(anna).await.unwrap();
        assert!(shares.turn(anna).now_or_never().is_none());
        assert!(shares.turn(boris).await.is_ok());
        drop(first);
        assert!(shares.turn(anna).await.is_ok());
    }
}

//! What runs beside the requests for as long as the server does.

use crate::error::ApiError;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::task::JoinSet;

/// After a panic a task begins again, and not at once: what broke it may still be there.
const PAUSE: Duration = Duration::from_secs(5);

/// Tasks of the server. They end when this is dropped.
#[derive(Default)]
pub struct Background(JoinSet<()>);

impl Background {
    /// Runs a task with what it needs, see [`kept`].
    pub fn keep<T, F>(&mut self, with: &T, task: impl Fn(T) -> F + Send + Sync + 'static)
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let with = with.clone();
        self.0.spawn(async move { kept(|| task(with.clone())).await });
    }
}

/// Runs a task to its end. One that panics is logged, counted and begun again.
pub async fn kept<F: Future<Output = ()>>(task: impl Fn() -> F) {
    begun_again_after(PAUSE, task).await;
}

async fn begun_again_after<F: Future<Output = ()>>(pause: Duration, task: impl Fn() -> F) {
    while let Err(cause) = AssertUnwindSafe(async { task().await }).catch_unwind().await {
        ApiError::panicked(&*cause).log();
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::begun_again_after;
    use std::cell::Cell;
    use std::time::Duration;

    #[tokio::test]
    async fn what_panics_begins_again() {
        let times = Cell::new(0);
        begun_again_after(Duration::ZERO, || async {
            times.set(times.get() + 1);
            assert!(times.get() > 2, "the first two break");
        })
        .await;
        assert_eq!(times.get(), 3);
    }
}

//! `Mutex` and `Notify` of the scheduler.

pub use shuttle::sync::Mutex;
use std::future::poll_fn;
pub use std::sync::PoisonError;
use std::task::{Poll, Waker};

/// As `tokio::sync::Notify` for one who waits: a wake that finds nobody is kept for the next.
#[derive(Default)]
pub struct Notify(Mutex<(bool, Option<Waker>)>);

impl Notify {
    pub fn notify_one(&self) {
        let waker = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 = true;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub async fn notified(&self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut state.0) {
                return Poll::Ready(());
            }
            state.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

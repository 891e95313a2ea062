//! What people may hear, looked up for many sockets at once.
//!
//! An event that may change what thousands of sockets hear makes each of them look again. Those that
//! ask at the same time share their queries.

use crate::error::{ApiError, ApiResult};
use crate::realtime::directory::{Directory, Question, View};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the first one waits for others.
const GATHER: Duration = Duration::from_millis(3);
/// The most questions of one look-up.
const TOGETHER: usize = 500;

type Waiting = (Question, oneshot::Sender<ApiResult<View>>);

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Views {
    directory: Arc<dyn Directory>,
    waiting: Arc<Mutex<Vec<Waiting>>>,
}

impl Views {
    #[must_use]
    pub fn new(directory: Arc<dyn Directory>) -> Self {
        Self { directory, waiting: Arc::default() }
    }

    /// What the person may hear, read after this call.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn of(&self, question: Question) -> ApiResult<View> {
        let (sender, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((question, sender));
            waiting.len() == 1
        };
        if is_first {
            let views = self.clone();
            tokio::spawn(async move { views.answer().await });
        }
        answer.await.unwrap_or_else(|gone| Err(ApiError::unavailable(gone)))
    }

    async fn answer(&self) {
        tokio::time::sleep(GATHER).await;
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        let mut waiting = waiting.into_iter().peekable();
        while waiting.peek().is_some() {
            let (questions, senders): (Vec<_>, Vec<_>) = waiting.by_ref().take(TOGETHER).unzip();
            match self.directory.views(questions).await {
                Ok(views) => {
                    for (sender, view) in senders.into_iter().zip(views) {
                        // Whoever asked may be gone.
                        drop(sender.send(Ok(view)));
                    }
                }
                Err(error) => {
                    error.log();
                    for sender in senders {
                        let cause = anyhow::anyhow!("the look-up for many sockets failed");
                        drop(sender.send(Err(ApiError::unavailable(cause))));
                    }
                }
            }
        }
    }
}

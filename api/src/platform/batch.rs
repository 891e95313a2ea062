//! Questions to the database that are asked at the same time share their statements.
//!
//! Who asks while nobody else does is answered at once. Whoever comes while an answer is looked up waits for
//! it, and is asked for together with all others who came: thousands at once cost one connection and a few
//! statements.

use crate::error::{ApiError, ApiResult, shared_copy};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most questions of one look-up.
const TOGETHER: usize = 500;
/// Longer than a statement may take: nobody waits for those before him without end, though their connection
/// leads nowhere.
const PATIENCE: Duration = Duration::from_secs(12);

/// See the module. Clones share everything.
pub struct Batch<Q, A>(Arc<Inner<Q, A>>);

struct Inner<Q, A> {
    look_up: LookUp<Q, A>,
    queue: Mutex<Queue<Q, A>>,
}

/// Answers questions, in their order.
type LookUp<Q, A> =
    Box<dyn Fn(Vec<Q>) -> BoxFuture<'static, ApiResult<Vec<A>>> + Send + Sync + 'static>;

struct Queue<Q, A> {
    waiting: VecDeque<Waiting<Q, A>>,
    is_asked: bool,
    /// How many are asked for now.
    under_way: usize,
}

type Waiting<Q, A> = (Q, oneshot::Sender<ApiResult<A>>);

impl<Q, A> Clone for Batch<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q: Send + 'static, A: Send + 'static> Batch<Q, A> {
    /// Looks up with this, which answers all questions in their order.
    #[must_use]
    pub fn new<F>(look_up: impl Fn(Vec<Q>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ApiResult<Vec<A>>> + Send + 'static,
    {
        let look_up: LookUp<Q, A> = Box::new(move |questions| Box::pin(look_up(questions)));
        let queue = Mutex::new(Queue { waiting: VecDeque::new(), is_asked: false, under_way: 0 });
        Self(Arc::new(Inner { look_up, queue }))
    }

    /// The answer, looked up after this call.
    ///
    /// # Errors
    /// Those of the look-up, which everybody gets who was asked for in it; `unavailable` when it does not end.
    pub async fn ask(&self, question: Q) -> ApiResult<A> {
        let (sender, answer) = oneshot::channel();
        let is_first = {
            let mut queue = self.queue();
            queue.waiting.push_back((question, sender));
            !std::mem::replace(&mut queue.is_asked, true)
        };
        if is_first {
            // A task of its own: whoever came first may go away before the others are answered.
            let asker = Asker { batch: self.clone(), is_done: false };
            tokio::spawn(asker.run());
        }
        answer.await.unwrap_or_else(|gone| Err(ApiError::unavailable(gone)))
    }
}

impl<Q, A> Batch<Q, A> {
    /// How many wait for an answer. Tests wait for them.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let queue = self.queue();
        queue.waiting.len() + queue.under_way
    }

    fn queue(&self) -> MutexGuard<'_, Queue<Q, A>> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks until nobody waits.
struct Asker<Q, A> {
    batch: Batch<Q, A>,
    is_done: bool,
}

impl<Q, A> Drop for Asker<Q, A> {
    fn drop(&mut self) {
        // Cut off: whoever waits hears of it by the end of his channel.
        if !self.is_done {
            *self.batch.queue() = Queue { waiting: VecDeque::new(), is_asked: false, under_way: 0 };
        }
    }
}

impl<Q, A> Asker<Q, A> {
    async fn run(mut self) {
        while let Some(waiting) = self.next() {
            let (questions, senders): (Vec<Q>, Vec<_>) = waiting.into_iter().unzip();
            let look_up = AssertUnwindSafe((self.batch.0.look_up)(questions)).catch_unwind();
            let answers = match timeout(PATIENCE, look_up).await {
                Ok(answers) => answers.unwrap_or_else(|cause| Err(ApiError::panicked(&*cause))),
                Err(late) => Err(ApiError::unavailable(late)),
            };
            match answers {
                Ok(answers) => {
                    for (sender, answer) in senders.into_iter().zip(answers) {
                        // Whoever asked may be gone.
                        drop(sender.send(Ok(answer)));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for sender in senders {
                        drop(sender.send(Err(shared_copy(&error))));
                    }
                }
            }
        }
    }

    /// The next questions; those of callers who went away are dropped.
    fn next(&mut self) -> Option<Vec<Waiting<Q, A>>> {
        let mut queue = self.batch.queue();
        queue.waiting.retain(|(_, sender)| !sender.is_closed());
        let most = queue.waiting.len().min(TOGETHER);
        let next: Vec<_> = queue.waiting.drain(..most).collect();
        queue.under_way = next.len();
        if next.is_empty() {
            queue.is_asked = false;
            drop(queue);
            self.is_done = true;
            return None;
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::error::ErrorCode;
    use tokio::sync::Semaphore;

    const BAD: u32 = 1_000_000;

    /// Doubles numbers, one look-up for each permit; says how many were asked for together.
    fn doubling() -> (Batch<u32, (u32, usize)>, Arc<Semaphore>) {
        let permits = Arc::new(Semaphore::new(0));
        let gate = permits.clone();
        let batch = Batch::new(move |numbers: Vec<u32>| {
            let gate = gate.clone();
            async move {
                gate.acquire().await.map_err(ApiError::internal)?.forget();
                assert!(!numbers.contains(&BAD), "injected");
                let together = numbers.len();
                Ok(numbers.into_iter().map(|number| (number * 2, together)).collect())
            }
        });
        (batch, permits)
    }

    #[tokio::test]
    async fn who_comes_while_somebody_is_answered_is_asked_for_with_all_others() {
        let (batch, permits) = doubling();
        let ask = |number| {
            tokio::spawn({
                let batch = batch.clone();
                async move { batch.ask(number).await }
            })
        };
        let first = ask(0);
        tokio::task::yield_now().await;
        while !batch.queue().waiting.is_empty() || !batch.queue().is_asked {
            tokio::task::yield_now().await;
        }
        let others: Vec<_> = (1..=TOGETHER as u32 + 1).map(ask).collect();
        while batch.queue().waiting.len() <= TOGETHER {
            tokio::task::yield_now().await;
        }
        permits.add_permits(3);
        assert_eq!(first.await.unwrap().unwrap(), (0, 1));
        for (number, other) in (1..).zip(others) {
            let together = if number as usize <= TOGETHER { TOGETHER } else { 1 };
            assert_eq!(other.await.unwrap().unwrap(), (number * 2, together));
        }
        // Nobody is there any more: the next one is alone again.
        permits.add_permits(1);
        assert_eq!(batch.ask(7).await.unwrap(), (14, 1));
    }

    #[tokio::test]
    async fn a_look_up_that_panics_leaves_nobody_waiting() {
        let (batch, permits) = doubling();
        permits.add_permits(2);
        assert_eq!(batch.ask(BAD).await.unwrap_err().code, ErrorCode::Internal);
        assert_eq!(batch.ask(1).await.unwrap(), (2, 1));
        permits.close();
        assert_eq!(batch.ask(2).await.unwrap_err().code, ErrorCode::Internal);
    }
}

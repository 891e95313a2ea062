//! The bounded queue between the hub and one socket: at most 256 frames and 1 MiB.

use crate::realtime::delivery::Delivery;
use crate::realtime::sync::{Mutex, Notify, PoisonError};
use shared::ids::UserId;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// Most frames that may wait.
pub const MAX_FRAMES: usize = 256;
/// Most bytes that may wait.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Room for so many stays when nothing waits.
const SPARE: usize = 16;

/// A socket's queue. Clones share it.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Inner>);

#[derive(Default)]
struct Inner {
    queue: Mutex<Queue>,
    wake: Notify,
    owner: OnceLock<UserId>,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Arc<Delivery>>,
    bytes: usize,
    /// Nothing more comes, for this reason.
    ended: Option<Interrupted>,
    called: bool,
}

impl Queue {
    fn ended(why: Interrupted) -> Self {
        Self { ended: Some(why), ..Self::default() }
    }
}

/// Why no frame comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// The client reads too slowly, or does not answer; said so.
    Ended(&'static str),
    /// Numbers of events mean something else from now on: the client must begin anew.
    Anew,
    /// Somebody wants to know whether the client is there. Frames follow as before.
    Called,
}

impl Outbox {
    /// Queues a frame; a full queue is emptied and marked, for the socket must resume anyway.
    pub fn push(&self, delivery: &Arc<Delivery>) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.ended.is_some() {
            return;
        }
        queue.bytes += delivery.frame.len();
        queue.frames.push_back(delivery.clone());
        if queue.frames.len() > MAX_FRAMES || queue.bytes > MAX_BYTES {
            *queue = Queue::ended(Interrupted::Ended("too much waited"));
        }
        drop(queue);
        self.0.wake.notify_one();
    }

    /// Whose socket it is, once he has said so.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.0.owner.get().copied()
    }

    /// The socket is this person's; once.
    pub fn belongs_to(&self, owner: UserId) {
        self.0.owner.get_or_init(|| owner);
    }

    /// Asks whoever reads whether the client is there.
    pub fn call(&self) {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).called = true;
        self.0.wake.notify_one();
    }

    /// As if it had overflowed: nothing more comes, and the socket must resume. The peer is told why.
    pub fn close(&self, why: &'static str) {
        self.end(Interrupted::Ended(why));
    }

    /// Nothing more comes, and the client must come back.
    pub fn begin_anew(&self) {
        self.end(Interrupted::Anew);
    }

    fn end(&self, why: Interrupted) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        *queue = Queue::ended(why);
        drop(queue);
        self.0.wake.notify_one();
    }

    /// The next frame, waiting for one.
    ///
    /// # Errors
    /// See [`Interrupted`].
    pub async fn next(&self) -> Result<Arc<Delivery>, Interrupted> {
        loop {
            {
                let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(why) = queue.ended {
                    return Err(why);
                }
                if std::mem::take(&mut queue.called) {
                    return Err(Interrupted::Called);
                }
                if let Some(delivery) = queue.frames.pop_front() {
                    queue.bytes -= delivery.frame.len();
                    if queue.frames.is_empty() && queue.frames.capacity() > SPARE {
                        // A burst is over; most sockets wait for most of their time.
                        queue.frames = VecDeque::new();
                    }
                    return Ok(delivery);
                }
            }
            self.0.wake.notified().await;
        }
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).ended.is_some()
    }
}

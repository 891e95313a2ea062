//! From this node to Redis, in order, as many as wait at a time.

use super::{NODES, Wire, encode};
use crate::realtime::bus::{NodeId, Receiver, Word};
use crate::realtime::stream::Delivery;
use serde::{Deserialize, Serialize};
use shared::topic::Topic;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// Messages that may wait while Redis is slow; what comes on top is told as "look at the log".
const WAITING: usize = 10_000;
/// Messages of one round trip.
const TOGETHER: usize = 256;
/// How often a node says that it is there.
pub(super) const BEAT: Duration = Duration::from_secs(1);
/// Topics of one word.
const TOPICS: usize = 1000;

/// A word and who says it.
#[derive(Serialize, Deserialize)]
pub(super) struct Said {
    pub from: NodeId,
    pub word: Word,
}

/// The queue to Redis.
pub(super) struct Outgoing {
    node: NodeId,
    queue: mpsc::Sender<Message>,
    missed: Missed,
}

/// Topics with events that others did not get.
type Missed = Arc<Mutex<HashSet<Topic>>>;

struct Message {
    channel: String,
    text: String,
    /// What others must look at if this gets lost.
    topic: Option<Topic>,
    /// Said again until it is heard: nothing stands for it.
    is_owed: bool,
}

pub(super) fn start(wire: Arc<Wire>, receiver: Weak<dyn Receiver>) -> Outgoing {
    let (queue, waiting) = mpsc::channel(WAITING);
    let missed = Missed::default();
    let outgoing = Outgoing { node: wire.node, queue, missed: missed.clone() };
    tokio::spawn(run(wire, receiver, waiting, missed));
    outgoing
}

impl Outgoing {
    pub fn publish(&self, delivery: &Delivery) {
        let topic = delivery.seq.is_some().then_some(delivery.topic);
        let (channel, text) = (delivery.topic.to_string(), encode(self.node, delivery));
        self.add(Message { channel, text, topic, is_owed: false });
    }

    pub fn tell(&self, word: Word) {
        self.add(said(self.node, word));
    }

    fn add(&self, message: Message) {
        if let Err(full) = self.queue.try_send(message) {
            lock(&self.missed).extend(full.into_inner().topic);
        }
    }
}

fn said(from: NodeId, word: Word) -> Message {
    let is_owed = matches!(word, Word::Revoked(_));
    let text = serde_json::to_string(&Said { from, word }).unwrap_or_default();
    Message { channel: NODES.to_owned(), text, topic: None, is_owed }
}

/// As long as the receiver is there.
async fn run(
    wire: Arc<Wire>,
    receiver: Weak<dyn Receiver>,
    mut waiting: mpsc::Receiver<Message>,
    missed: Missed,
) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut owed: Vec<Message> = Vec::new();
    while receiver.strong_count() > 0 {
        let mut batch = Vec::with_capacity(TOGETHER);
        tokio::select! {
            count = waiting.recv_many(&mut batch, TOGETHER) => if count == 0 { return },
            _ = beat.tick() => batch.push(said(wire.node, Word::Here)),
        }
        batch.append(&mut owed);
        let untold: Vec<Topic> = lock(&missed).drain().collect();
        for topics in untold.chunks(TOPICS) {
            batch.push(said(wire.node, Word::Look(topics.to_vec())));
        }
        if let Err(error) = send(&wire, &batch).await {
            tracing::debug!(%error, "cannot publish");
            let mut missed = lock(&missed);
            missed.extend(untold);
            missed.extend(batch.iter().filter_map(|message| message.topic));
            batch.retain(|message| message.is_owed);
            batch.truncate(WAITING);
            owed = batch;
        }
    }
}

async fn send(wire: &Wire, batch: &[Message]) -> anyhow::Result<()> {
    let texts = batch.iter().map(|one| (wire.redis.name(&one.channel), &*one.text));
    wire.redis.publish(&texts.collect::<Vec<_>>()).await
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

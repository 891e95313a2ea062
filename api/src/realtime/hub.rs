//! This node's sockets by topic. Orders durable events per topic: what arrives early waits for
//! what is missing, and a hole that stays is read from the log.

use crate::platform::db::Db;
use crate::realtime::bus::Bus;
use crate::realtime::outbox::Outbox;
use crate::realtime::stream::{self, Delivery};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use shared::topic::Topic;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A socket of this node.
pub type SocketId = u64;

/// How long an early event waits before the log is asked.
const PATIENCE: Duration = Duration::from_millis(30);

/// See the module.
pub struct Hub {
    topics: DashMap<Topic, TopicState>,
    db: Db,
    bus: Arc<dyn Bus>,
}

#[derive(Default)]
struct TopicState {
    subscribers: Vec<(SocketId, Outbox)>,
    /// The last `seq` handed out; `None` until the first one after the first subscription.
    last: Option<i64>,
    early: BTreeMap<i64, Arc<Delivery>>,
    repairing: bool,
}

impl TopicState {
    fn hand_out(&self, delivery: &Arc<Delivery>) {
        for (_, outbox) in &self.subscribers {
            outbox.push(delivery);
        }
    }

    /// Takes a durable event; returns whether a hole is open now.
    fn accept(&mut self, seq: i64, delivery: Arc<Delivery>) -> bool {
        match self.last {
            Some(last) if seq <= last => {}
            Some(last) if seq > last + 1 => {
                self.early.insert(seq, delivery);
            }
            _ => {
                self.last = Some(seq);
                self.hand_out(&delivery);
                while let Some(next) = self.last.and_then(|last| self.early.remove(&(last + 1))) {
                    self.last = self.last.map(|last| last + 1);
                    self.hand_out(&next);
                }
            }
        }
        !self.early.is_empty()
    }
}

impl Hub {
    #[must_use]
    pub fn new(db: Db, bus: Arc<dyn Bus>) -> Arc<Self> {
        Arc::new(Self { topics: DashMap::new(), db, bus })
    }

    /// The socket hears the topic from now on.
    pub fn subscribe(&self, topic: Topic, socket: SocketId, outbox: &Outbox) {
        let mut state = self.topics.entry(topic).or_default();
        if state.subscribers.is_empty() {
            self.bus.subscribe(topic);
        }
        if !state.subscribers.iter().any(|(id, _)| *id == socket) {
            state.subscribers.push((socket, outbox.clone()));
        }
    }

    /// A socket has read the log up to `seq`: order what follows from there.
    pub fn settle(&self, topic: Topic, seq: i64) {
        if let Some(mut state) = self.topics.get_mut(&topic) {
            state.last.get_or_insert(seq);
        }
    }

    /// The socket no longer hears the topic.
    pub fn unsubscribe(&self, topic: Topic, socket: SocketId) {
        if let Entry::Occupied(mut entry) = self.topics.entry(topic) {
            entry.get_mut().subscribers.retain(|(id, _)| *id != socket);
            if entry.get().subscribers.is_empty() {
                self.bus.unsubscribe(topic);
                entry.remove();
            }
        }
    }

    /// How many sockets of this node hear the topic.
    #[must_use]
    pub fn listeners(&self, topic: Topic) -> usize {
        self.topics.get(&topic).map_or(0, |state| state.subscribers.len())
    }

    /// What the bus calls.
    pub fn receive(self: &Arc<Self>, delivery: Arc<Delivery>) {
        let topic = delivery.topic;
        let Some(mut state) = self.topics.get_mut(&topic) else { return };
        let Some(seq) = delivery.seq else { return state.hand_out(&delivery) };
        if state.accept(seq, delivery) && !state.repairing {
            state.repairing = true;
            drop(state);
            self.repair_later(topic, PATIENCE);
        }
    }

    /// Something may have been committed and not published: look at the log.
    pub fn nudge(self: &Arc<Self>, topic: Topic) {
        let Some(mut state) = self.topics.get_mut(&topic) else { return };
        if !state.repairing {
            state.repairing = true;
            drop(state);
            self.repair_later(topic, PATIENCE);
        }
    }

    fn repair_later(self: &Arc<Self>, topic: Topic, pause: Duration) {
        let hub = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            while !hub.repair(topic).await {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }

    /// Reads what is missing from the log; `true` when done.
    async fn repair(self: &Arc<Self>, topic: Topic) -> bool {
        let last = match self.topics.get_mut(&topic) {
            None => return true,
            Some(mut state) => match state.last {
                None => {
                    state.repairing = false;
                    return true;
                }
                Some(last) => last,
            },
        };
        let missing = match self.db.conn().await {
            Ok(mut conn) => stream::read(&mut conn, topic, last, 1000).await.ok(),
            Err(_) => None,
        };
        let Some(missing) = missing else { return false };
        let Some(mut state) = self.topics.get_mut(&topic) else { return true };
        for delivery in missing {
            if let Some(seq) = delivery.seq {
                state.accept(seq, delivery);
            }
        }
        // Older than the log keeps: the sockets notice the hole and say `recovered: false`.
        while let Some((seq, delivery)) = state.early.pop_first() {
            state.last = Some(seq - 1);
            state.accept(seq, delivery);
        }
        state.repairing = false;
        true
    }
}

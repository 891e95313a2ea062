//! This node's sockets by topic. Orders durable events per topic: what arrives early waits for
//! what is missing, and a hole that stays is read from the log.

use crate::error::ApiResult;
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
/// How soon the log is asked again when the database did not answer.
const AGAIN: Duration = Duration::from_millis(500);
/// Events that are read at once.
const AT_ONCE: i64 = 1000;
/// Topics whose positions are asked for together.
const TOGETHER: usize = 1000;

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
    /// The log was to be looked at before it was known from where on.
    look: bool,
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
    pub fn settle(self: &Arc<Self>, topic: Topic, seq: i64) {
        let Some(mut state) = self.topics.get_mut(&topic) else { return };
        state.last.get_or_insert(seq);
        if std::mem::take(&mut state.look) {
            drop(state);
            self.nudge(topic);
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
        state.look |= state.last.is_none();
        if !state.repairing && state.last.is_some() {
            state.repairing = true;
            drop(state);
            self.repair_later(topic, PATIENCE);
        }
    }

    /// The topics that are heard here.
    #[must_use]
    pub fn topics(&self) -> Vec<Topic> {
        self.topics.iter().map(|entry| *entry.key()).collect()
    }

    /// Looks where the log of these topics stands, and reads what did not come; one query for many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn catch_up(self: &Arc<Self>, topics: &[Topic]) -> ApiResult<()> {
        for part in topics.chunks(TOGETHER) {
            let positions = stream::positions(&mut *self.db.conn().await?, part).await?;
            for (topic, seq) in positions {
                let Some(mut state) = self.topics.get_mut(&topic) else { continue };
                state.look |= state.last.is_none();
                if state.last.is_some_and(|last| last < seq) && !state.repairing {
                    state.repairing = true;
                    drop(state);
                    self.repair_later(topic, Duration::ZERO);
                }
            }
        }
        Ok(())
    }

    fn repair_later(self: &Arc<Self>, topic: Topic, pause: Duration) {
        let hub = self.clone();
        tokio::spawn(async move {
            let mut next = Some(pause);
            while let Some(pause) = next {
                tokio::time::sleep(pause).await;
                next = hub.repair(topic).await;
            }
        });
    }

    /// Reads what is missing from the log; when to go on, unless it is done.
    async fn repair(self: &Arc<Self>, topic: Topic) -> Option<Duration> {
        let last = {
            let mut state = self.topics.get_mut(&topic)?;
            let Some(last) = state.last else {
                state.repairing = false;
                state.look = true;
                return None;
            };
            last
        };
        let missing = match self.db.conn().await {
            Ok(mut conn) => stream::read(&mut conn, topic, last, AT_ONCE).await.ok(),
            Err(_) => None,
        };
        let Some(missing) = missing else { return Some(AGAIN) };
        let is_rest = missing.len() < AT_ONCE as usize;
        let mut state = self.topics.get_mut(&topic)?;
        for delivery in missing {
            if let Some(seq) = delivery.seq {
                state.accept(seq, delivery);
            }
        }
        if !is_rest {
            return Some(Duration::ZERO);
        }
        if !state.early.is_empty() && state.last > Some(last) {
            // More happened meanwhile; it may just be on its way.
            return Some(PATIENCE);
        }
        // Older than the log keeps: the sockets notice the hole and say `recovered: false`.
        while let Some((seq, delivery)) = state.early.pop_first() {
            state.last = Some(seq - 1);
            state.accept(seq, delivery);
        }
        state.repairing = false;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use shared::event::{Event, Noop};
    use shared::ids::ChatId;

    fn event(seq: i64) -> Arc<Delivery> {
        Arc::new(Delivery::new(Topic::Chat(ChatId::new()), Some(seq), None, Event::Noop(Noop {})))
    }

    fn heard(outbox: &Outbox) -> Vec<i64> {
        std::iter::from_fn(|| outbox.next().now_or_never())
            .map(|delivery| delivery.unwrap().seq.unwrap())
            .collect()
    }

    proptest! {
        /// Events come from the bus in any order, twice or never; the log is read now and then and at
        /// the end. Every socket hears each event once, in order, from where it began to listen.
        #[test]
        fn whatever_the_bus_does_each_event_is_heard_once_in_order(
            count in 1..60_i64,
            first in 0..5_i64,
            // Which event comes next; a number beyond them: the log is read up to there.
            steps in vec(0..90_i64, 0..120),
        ) {
            let (one, late) = (Outbox::default(), Outbox::default());
            let mut state = TopicState { last: Some(first), ..TopicState::default() };
            state.subscribers.push((1, one.clone()));
            let mut joined = None;
            for (n, step) in steps.iter().enumerate() {
                if n == 30 {
                    state.subscribers.push((2, late.clone()));
                    joined = state.last;
                }
                if *step < count {
                    let is_open = state.accept(first + 1 + step, event(first + 1 + step));
                    prop_assert_eq!(is_open, !state.early.is_empty());
                } else {
                    let last = state.last.unwrap();
                    for seq in last + 1..=(last + step - count).min(first + count) {
                        state.accept(seq, event(seq));
                    }
                }
                prop_assert!(state.early.keys().all(|seq| Some(*seq) > state.last.map(|last| last + 1)));
            }
            for seq in state.last.unwrap() + 1..=first + count {
                state.accept(seq, event(seq));
            }
            prop_assert!(state.early.is_empty());
            prop_assert_eq!(heard(&one), (first + 1..=first + count).collect::<Vec<_>>());
            if let Some(joined) = joined {
                prop_assert_eq!(heard(&late), (joined + 1..=first + count).collect::<Vec<_>>());
            }
        }
    }

    /// Many threads push while one reads: nothing is lost, doubled or slept through.
    #[test]
    fn an_outbox_is_read_while_it_is_filled() {
        const EACH: i64 = 50;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        for _ in 0..200 {
            let outbox = Outbox::default();
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let outbox = outbox.clone();
                    std::thread::spawn(move || {
                        for n in 0..EACH {
                            outbox.push(&event(writer * EACH + n));
                        }
                    })
                })
                .collect();
            let mut heard = runtime.block_on(async {
                let mut heard = Vec::new();
                while heard.len() < 4 * EACH as usize {
                    heard.push(outbox.next().await.unwrap().seq.unwrap());
                }
                heard
            });
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            let mut next = [0; 4];
            for seq in &heard {
                let writer = (seq / EACH) as usize;
                assert_eq!(seq % EACH, next[writer], "each writer's own order");
                next[writer] += 1;
            }
            heard.sort_unstable();
            assert_eq!(heard, (0..4 * EACH).collect::<Vec<_>>());
        }
    }
}

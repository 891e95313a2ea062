//! This node's sockets by topic, the bus that brings their events, and the log that fills the holes.

use crate::error::ApiResult;
use crate::platform::background::kept;
use crate::platform::db::Db;
use crate::realtime::bus::Bus;
use crate::realtime::directory::Directory;
use crate::realtime::outbox::Outbox;
use crate::realtime::stream::{self, Delivery};
pub use crate::realtime::topics::SocketId;
use crate::realtime::topics::{Next, Topics};
use shared::topic::Topic;
use std::sync::Arc;
use std::time::Duration;

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
    topics: Topics,
    db: Db,
    bus: Arc<dyn Bus>,
    directory: Arc<dyn Directory>,
}

impl Hub {
    #[must_use]
    pub fn new(db: Db, bus: Arc<dyn Bus>, directory: Arc<dyn Directory>) -> Arc<Self> {
        Arc::new(Self { topics: Topics::default(), db, bus, directory })
    }

    /// The socket hears the topic from now on.
    pub fn subscribe(&self, topic: Topic, socket: SocketId, outbox: &Outbox) {
        self.topics.subscribe(topic, socket, outbox, || self.bus.subscribe(topic));
    }

    /// The socket no longer hears the topic.
    pub fn unsubscribe(&self, topic: Topic, socket: SocketId) {
        self.topics.unsubscribe(topic, socket, || self.bus.unsubscribe(topic));
    }

    /// A socket has read the log up to `seq`: order what follows from there.
    pub fn settle(self: &Arc<Self>, topic: Topic, seq: i64) {
        if self.topics.settle(topic, seq) {
            self.repair_later(topic, PATIENCE);
        }
    }

    /// How many sockets of this node hear the topic.
    #[must_use]
    pub fn listeners(&self, topic: Topic) -> usize {
        self.topics.listeners(topic)
    }

    /// What the bus calls.
    pub fn receive(self: &Arc<Self>, delivery: Arc<Delivery>) {
        let topic = delivery.topic;
        if self.topics.receive(delivery) {
            self.repair_later(topic, PATIENCE);
        }
    }

    /// Something may have been committed and not published: look at the log.
    pub fn nudge(self: &Arc<Self>, topic: Topic) {
        if self.topics.nudge(topic) {
            self.repair_later(topic, PATIENCE);
        }
    }

    /// Another log has taken the place of this one: see [`Topics::begin_anew`].
    pub fn begin_anew(&self) {
        self.topics.begin_anew();
    }

    /// The topics that are heard here.
    #[must_use]
    pub fn topics(&self) -> Vec<Topic> {
        self.topics.all()
    }

    /// Looks where the log of these topics stands, and reads what did not come; one query for many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn catch_up(self: &Arc<Self>, topics: &[Topic]) -> ApiResult<()> {
        for (topic, seq) in self.positions(topics).await? {
            if self.topics.stands_at(topic, seq) {
                self.repair_later(topic, Duration::ZERO);
            }
        }
        Ok(())
    }

    /// Where the log of these topics stands.
    async fn positions(&self, topics: &[Topic]) -> ApiResult<Vec<(Topic, i64)>> {
        let mut positions = Vec::with_capacity(topics.len());
        for part in topics.chunks(TOGETHER) {
            positions.extend(stream::positions(&mut *self.db.conn().await?, part).await?);
        }
        Ok(positions)
    }

    fn repair_later(self: &Arc<Self>, topic: Topic, pause: Duration) {
        let hub = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            // One that panics is begun again: nobody else repairs the topic meanwhile.
            kept(|| hub.repair_all(topic)).await;
        });
    }

    async fn repair_all(self: &Arc<Self>, topic: Topic) {
        while let Some(pause) = self.repair(topic).await {
            tokio::time::sleep(pause).await;
        }
    }

    /// Reads what is missing from the log; when to go on, unless it is done.
    async fn repair(self: &Arc<Self>, topic: Topic) -> Option<Duration> {
        let hole = self.topics.hole(topic)?;
        let Ok(missing) = self.missing(topic, hole.after).await else { return Some(AGAIN) };
        let is_all = missing.len() < AT_ONCE as usize;
        match self.topics.repair(topic, hole, missing, is_all) {
            Next::Done => None,
            Next::More => Some(Duration::ZERO),
            Next::Wait => Some(PATIENCE),
        }
    }

    /// What the log has after that. What was said in a chat is handed out after the news of who may not read it
    /// any more, which is read after it: nobody hears what was said when he had lost the chat.
    async fn missing(self: &Arc<Self>, topic: Topic, after: i64) -> ApiResult<Vec<Arc<Delivery>>> {
        let missing = stream::read(&mut *self.db.conn().await?, topic, after, AT_ONCE).await?;
        if let Topic::Chat(chat) = topic
            && !missing.is_empty()
        {
            let space = self.directory.space_of(chat).await?.map(Topic::Space);
            let people = self.topics.owners(topic).into_iter().map(Topic::User);
            let gates: Vec<Topic> = space.into_iter().chain(people).collect();
            for (gate, seq) in self.positions(&gates).await? {
                self.read_up_to(gate, seq).await?;
            }
        }
        Ok(missing)
    }

    /// Receives what is in the log up to `seq` and did not come, whether or not a repair is on its way.
    async fn read_up_to(self: &Arc<Self>, topic: Topic, seq: i64) -> ApiResult<()> {
        let mut read = self.topics.behind(topic, seq);
        while let Some(after) = read.take().filter(|after| *after < seq) {
            for delivery in stream::read(&mut *self.db.conn().await?, topic, after, AT_ONCE).await?
            {
                read = delivery.seq;
                self.receive(delivery);
            }
        }
        Ok(())
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

    fn event(topic: Topic, seq: i64) -> Arc<Delivery> {
        Arc::new(Delivery::new(topic, Some(seq), None, Event::Noop(Noop {})))
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
            let (topic, topics) = (Topic::Chat(ChatId::new()), Topics::default());
            topics.subscribe(topic, 1, &one, || {});
            prop_assert!(!topics.settle(topic, first));
            let events = |from: i64, to: i64| (from..=to).map(|seq| event(topic, seq)).collect();
            let mut joined = None;
            for (n, step) in steps.iter().enumerate() {
                let hole = topics.hole(topic).unwrap();
                if n == 30 {
                    topics.subscribe(topic, 2, &late, || {});
                    joined = Some(hole.after);
                }
                if *step < count {
                    let _ = topics.receive(event(topic, first + 1 + step));
                } else {
                    let to = (hole.after + step - count).min(first + count);
                    let next = topics.repair(topic, hole, events(hole.after + 1, to), false);
                    prop_assert_eq!(next, Next::More);
                }
            }
            let hole = topics.hole(topic).unwrap();
            let rest = events(hole.after + 1, first + count);
            prop_assert_eq!(topics.repair(topic, hole, rest, true), Next::Done);
            prop_assert_eq!(heard(&one), (first + 1..=first + count).collect::<Vec<_>>());
            if let Some(joined) = joined {
                prop_assert_eq!(heard(&late), (joined + 1..=first + count).collect::<Vec<_>>());
            }
        }
    }

    /// The log was read before an event, and its answer comes after the event that follows: the first is
    /// on its way, and not lost.
    #[test]
    fn what_is_on_its_way_is_waited_for() {
        let (topic, topics, outbox) =
            (Topic::Chat(ChatId::new()), Topics::default(), Outbox::default());
        topics.subscribe(topic, 1, &outbox, || {});
        assert!(!topics.settle(topic, 0));
        assert!(topics.nudge(topic));
        let hole = topics.hole(topic).unwrap();
        assert!(!topics.receive(event(topic, 2)), "a repair is on its way");
        assert_eq!(topics.repair(topic, hole, Vec::new(), true), Next::Wait);
        assert!(!topics.receive(event(topic, 1)));
        assert_eq!(heard(&outbox), [1, 2]);
        // Now the log was read after both, and knows of none between: there is none any more.
        assert!(!topics.receive(event(topic, 5)));
        let hole = topics.hole(topic).unwrap();
        assert_eq!(topics.repair(topic, hole, Vec::new(), true), Next::Done);
        assert_eq!(heard(&outbox), [5]);
    }

    /// Two sockets come to a topic that nobody heard. The one that read the log first says so last, when
    /// the events between have been left out for the other.
    #[test]
    fn who_read_the_log_first_misses_nothing() {
        let (topic, topics) = (Topic::Chat(ChatId::new()), Topics::default());
        let (one, two) = (Outbox::default(), Outbox::default());
        topics.subscribe(topic, 1, &one, || {});
        topics.subscribe(topic, 2, &two, || {});
        assert!(!topics.settle(topic, 3));
        assert!(!topics.receive(event(topic, 2)));
        assert!(topics.settle(topic, 1), "the log is to be read");
        let hole = topics.hole(topic).unwrap();
        let missing = vec![event(topic, 2), event(topic, 3)];
        assert_eq!(topics.repair(topic, hole, missing, true), Next::Done);
        assert_eq!(heard(&two), [2, 3]);
    }

    /// Many threads push while one reads: nothing is lost, doubled or slept through.
    #[test]
    fn an_outbox_is_read_while_it_is_filled() {
        const EACH: i64 = 50;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let topic = Topic::Chat(ChatId::new());
        for _ in 0..200 {
            let outbox = Outbox::default();
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let outbox = outbox.clone();
                    std::thread::spawn(move || {
                        for n in 0..EACH {
                            outbox.push(&event(topic, writer * EACH + n));
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

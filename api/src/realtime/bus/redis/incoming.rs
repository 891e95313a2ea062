//! From Redis to this node: one connection, opened again whenever it breaks or falls silent.

use super::outgoing::{BEAT, Said};
use super::{NODES, Wire, Wish, decode};
use crate::platform::redis::Subscriber;
use crate::realtime::bus::{NodeId, Receiver, Word};
use anyhow::bail;
use deadpool_redis::redis::{PushInfo, PushKind, Value};
use rand::Rng as _;
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Without its own word for so long a node takes Redis for away.
const SILENCE: Duration = Duration::from_secs(3);
/// Without a word for so long a node counts as gone.
const GONE: Duration = Duration::from_secs(6);
/// The log is looked at so often while Redis is away.
const LOOK: Duration = Duration::from_secs(1);
/// And so often anyway: a node that dies between a commit and its publication loses one silently.
const LOOK_ANYWAY: Duration = Duration::from_secs(60);
/// Wishes that are fulfilled together.
const TOGETHER: usize = 1000;
/// Between two attempts; the log is looked at after each.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

struct Incoming {
    wire: Arc<Wire>,
    receiver: Weak<dyn Receiver>,
    wished: mpsc::UnboundedReceiver<Wish>,
    wanted: HashSet<Topic>,
    /// The other nodes, and when each was heard last.
    nodes: HashMap<NodeId, Instant>,
    /// Nodes that said goodbye. They may have a few words left.
    left: HashSet<NodeId>,
}

/// As long as the receiver is there.
pub(super) async fn run(
    wire: Arc<Wire>,
    receiver: Weak<dyn Receiver>,
    wished: mpsc::UnboundedReceiver<Wish>,
) {
    let (wanted, nodes, left) = (HashSet::new(), HashMap::new(), HashSet::new());
    let mut incoming = Incoming { wire, receiver, wished, wanted, nodes, left };
    let mut pause = SHORTEST_PAUSE;
    let mut is_told = false;
    while incoming.receiver.strong_count() > 0 {
        let began = Instant::now();
        if let Err(error) = incoming.listen().await {
            if began.elapsed() > LONGEST_PAUSE * 2 {
                (pause, is_told) = (SHORTEST_PAUSE, false);
            }
            if !is_told {
                tracing::warn!(%error, "Redis is away; events come from the log meanwhile");
                is_told = true;
            }
            metrics::gauge!("redis_up").set(0.0);
            incoming.look_at_log(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Incoming {
    /// Hears until the connection ends; never returns well while the receiver is there.
    async fn listen(&mut self) -> anyhow::Result<()> {
        let (sender, mut pushed) = mpsc::unbounded_channel();
        let mut connection = self.open(sender).await?;
        self.take_wishes();
        let mut channels = vec![self.wire.redis.name(NODES)];
        channels.extend(self.wanted.iter().map(|topic| self.wire.redis.name(topic)));
        for part in channels.chunks(TOGETHER) {
            timeout(SILENCE, connection.subscribe(part.to_vec())).await??;
        }
        tracing::info!(topics = self.wanted.len(), "Redis is there");
        metrics::gauge!("redis_up").set(1.0);
        let now = Instant::now();
        self.nodes.values_mut().for_each(|heard| *heard = now);
        self.with(|receiver| {
            receiver.look(None);
            receiver.welcome();
        });
        let mut own_word = now;
        let mut watch = interval(BEAT / 2);
        let mut sweep = interval(LOOK_ANYWAY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        sweep.reset();
        while self.receiver.strong_count() > 0 {
            tokio::select! {
                push = pushed.recv() => match push {
                    Some(push) => self.take(push, &mut own_word)?,
                    None => bail!("the connection is closed"),
                },
                wish = self.wished.recv() => match wish {
                    Some(wish) => self.fulfil(wish, &mut connection).await?,
                    None => return Ok(()),
                },
                _ = watch.tick() => {
                    if own_word.elapsed() > SILENCE {
                        bail!("nothing comes back");
                    }
                    self.miss_nodes();
                }
                _ = sweep.tick() => self.with(|receiver| receiver.look(None)),
            }
        }
        Ok(())
    }

    /// Opens the connection. What stands for Redis meanwhile is the log.
    async fn open(&mut self, sender: UnboundedSender<PushInfo>) -> anyhow::Result<Subscriber> {
        let wire = self.wire.clone();
        let mut opening = pin!(wire.redis.subscriber(sender));
        let mut look = interval(LOOK);
        look.reset();
        loop {
            tokio::select! {
                opened = &mut opening => return opened,
                _ = look.tick() => self.with(|receiver| receiver.look(None)),
            }
        }
    }

    fn take(&mut self, push: PushInfo, own_word: &mut Instant) -> anyhow::Result<()> {
        match push.kind {
            PushKind::Message | PushKind::SMessage => {}
            PushKind::Disconnection => bail!("disconnected"),
            _ => return Ok(()),
        }
        let mut data = push.data.into_iter();
        let (Some(channel), Some(text)) = (text(data.next()), text(data.next())) else {
            return Ok(());
        };
        let prefix = self.wire.redis.name("");
        let Some(name) = channel.strip_prefix(&prefix) else { return Ok(()) };
        if name == NODES {
            // A word that this release does not know is not for it.
            if let Ok(Said { from, word }) = serde_json::from_str(&text) {
                match from == self.wire.node {
                    true => *own_word = Instant::now(),
                    false => self.hear(from, word),
                }
            }
        } else if let Ok(topic) = name.parse()
            && let Some((from, delivery)) = decode(topic, &text)
            && from != self.wire.node
        {
            self.with(|receiver| receiver.receive(Arc::new(delivery)));
        }
        Ok(())
    }

    fn hear(&mut self, from: NodeId, word: Word) {
        if matches!(word, Word::Bye) {
            self.nodes.remove(&from);
            self.left.insert(from);
            return self.miss(from);
        }
        let has_left = self.left.contains(&from);
        let is_new = !has_left && self.nodes.insert(from, Instant::now()).is_none();
        self.with(|receiver| {
            if is_new {
                receiver.welcome();
            }
            match word {
                Word::Look(topics) => receiver.look(Some(topics)),
                // Its sockets are on their way elsewhere.
                Word::People(_) if has_left => {}
                word => receiver.hear(from, word),
            }
        });
    }

    fn miss_nodes(&mut self) {
        let is_gone = |heard: &Instant| heard.elapsed() > GONE;
        let gone: Vec<NodeId> =
            self.nodes.iter().filter(|(_, heard)| is_gone(heard)).map(|(node, _)| *node).collect();
        for node in gone {
            tracing::warn!(node = node.0, "a node is gone");
            self.nodes.remove(&node);
            self.miss(node);
        }
    }

    fn miss(&self, node: NodeId) {
        let is_first = self.nodes.keys().all(|other| self.wire.node < *other);
        self.with(|receiver| {
            receiver.miss(node, is_first);
            // It may have died between a commit and its publication.
            receiver.look(None);
        });
    }

    /// Brings the subscriptions in line with what is wanted.
    async fn fulfil(&mut self, first: Wish, connection: &mut Subscriber) -> anyhow::Result<()> {
        let mut wishes = vec![first];
        while let Ok(wish) = self.wished.try_recv() {
            wishes.push(wish);
            if wishes.len() == TOGETHER {
                break;
            }
        }
        let before: HashMap<Topic, bool> =
            wishes.iter().map(|wish| (wish.topic, self.wanted.contains(&wish.topic))).collect();
        for Wish { topic, wanted } in wishes {
            self.note(topic, wanted);
        }
        let (mut new, mut old) = (Vec::new(), Vec::new());
        for (topic, was) in before {
            match (was, self.wanted.contains(&topic)) {
                (false, true) => new.push(topic),
                (true, false) => old.push(topic),
                _ => {}
            }
        }
        let names = |topics: &[Topic]| topics.iter().map(|t| self.wire.redis.name(t)).collect();
        if !old.is_empty() {
            timeout(SILENCE, connection.unsubscribe(names(&old))).await??;
        }
        if !new.is_empty() {
            timeout(SILENCE, connection.subscribe(names(&new))).await??;
            self.with(|receiver| receiver.look(Some(new)));
        }
        Ok(())
    }

    fn note(&mut self, topic: Topic, wanted: bool) {
        match wanted {
            true => self.wanted.insert(topic),
            false => self.wanted.remove(&topic),
        };
    }

    fn take_wishes(&mut self) {
        while let Ok(Wish { topic, wanted }) = self.wished.try_recv() {
            self.note(topic, wanted);
        }
    }

    /// What stands for Redis while it is away.
    async fn look_at_log(&mut self, pause: Duration) {
        let jitter = rand::rng().random_range(0.5..1.0);
        tokio::time::sleep(pause.mul_f64(jitter)).await;
        self.take_wishes();
        self.with(|receiver| receiver.look(None));
    }

    fn with(&self, work: impl FnOnce(&dyn Receiver)) {
        if let Some(receiver) = self.receiver.upgrade() {
            work(&*receiver);
        }
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value? {
        Value::BulkString(bytes) => String::from_utf8(bytes.to_vec()).ok(),
        Value::SimpleString(text) => Some(text.to_string()),
        _ => None,
    }
}

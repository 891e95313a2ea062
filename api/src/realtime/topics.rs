//! Sockets by topic, and the order in which they hear its events: what comes early waits for what is
//! missing. Nothing in here waits itself; the hub reads the log when it is told to.

use crate::realtime::delivery::Delivery;
use crate::realtime::outbox::Outbox;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use shared::ids::UserId;
use shared::topic::Topic;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::replace;
use std::sync::Arc;

/// A socket of this node.
pub type SocketId = u64;

/// See the module.
#[derive(Default)]
pub struct Topics(DashMap<Topic, State>);

#[derive(Default)]
struct State {
    subscribers: Vec<(SocketId, Outbox)>,
    /// The last `seq` handed out; `None` until the first one after the first subscription.
    last: Option<i64>,
    /// Whether `last` is only where a socket stands: nothing was handed out yet.
    is_said: bool,
    early: BTreeMap<i64, Arc<Delivery>>,
    repairing: bool,
    /// The log was to be looked at before it was known from where on.
    look: bool,
}

/// What the log is to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// After this `seq`.
    pub after: i64,
    /// The latest event that had come before the log was asked: it holds all before that one, or
    /// nobody has them any more.
    latest: Option<i64>,
}

/// How a repair goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// The log holds more.
    More,
    /// Something is missing that may just be on its way.
    Wait,
}

impl State {
    fn hand_out(&mut self, delivery: &Arc<Delivery>) {
        self.is_said &= delivery.seq.is_none();
        for (_, outbox) in &self.subscribers {
            outbox.push(delivery);
        }
    }

    /// Takes a durable event.
    fn accept(&mut self, seq: i64, delivery: Arc<Delivery>) {
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
    }

    /// Whether a repair is to begin: from where on is known, and none is on its way.
    fn begins_repair(&mut self) -> bool {
        self.look |= self.last.is_none();
        self.last.is_some() && !replace(&mut self.repairing, true)
    }
}

impl Topics {
    /// The socket hears the topic from now on. `first` is called when nobody did.
    pub fn subscribe(&self, topic: Topic, socket: SocketId, outbox: &Outbox, first: impl FnOnce()) {
        let mut state = self.0.entry(topic).or_default();
        if state.subscribers.is_empty() {
            first();
        }
        if !state.subscribers.iter().any(|(id, _)| *id == socket) {
            state.subscribers.push((socket, outbox.clone()));
        }
    }

    /// The socket no longer hears the topic. `last` is called when nobody does.
    pub fn unsubscribe(&self, topic: Topic, socket: SocketId, last: impl FnOnce()) {
        if let Entry::Occupied(mut entry) = self.0.entry(topic) {
            entry.get_mut().subscribers.retain(|(id, _)| *id != socket);
            if entry.get().subscribers.is_empty() {
                last();
                entry.remove();
            }
        }
    }

    /// A socket has read the log up to `seq`: what follows is ordered from there. Of several that come
    /// at once the one that read first counts: the others leave out what they have. Returns whether a
    /// repair is to begin.
    #[must_use]
    pub fn settle(&self, topic: Topic, seq: i64) -> bool {
        self.0.get_mut(&topic).is_some_and(|mut state| {
            let is_behind = state.is_said && state.last > Some(seq);
            if is_behind || state.last.is_none() {
                state.last = Some(seq);
                state.is_said = true;
            }
            // What came meanwhile was left out.
            (replace(&mut state.look, false) || is_behind) && state.begins_repair()
        })
    }

    /// An event comes from the bus. Returns whether a repair is to begin.
    #[must_use]
    pub fn receive(&self, delivery: Arc<Delivery>) -> bool {
        let Some(mut state) = self.0.get_mut(&delivery.topic) else { return false };
        let Some(seq) = delivery.seq else {
            state.hand_out(&delivery);
            return false;
        };
        state.accept(seq, delivery);
        !state.early.is_empty() && state.begins_repair()
    }

    /// Something may have been committed and not published. Returns whether a repair is to begin.
    #[must_use]
    pub fn nudge(&self, topic: Topic) -> bool {
        self.0.get_mut(&topic).is_some_and(|mut state| state.begins_repair())
    }

    /// The log stands at `seq`. Returns whether a repair is to begin.
    #[must_use]
    pub fn stands_at(&self, topic: Topic, seq: i64) -> bool {
        self.0.get_mut(&topic).is_some_and(|mut state| {
            state.last.is_none_or(|last| last < seq) && state.begins_repair()
        })
    }

    /// The last event that was handed out, if the log stands at `seq` and has more.
    #[must_use]
    pub fn behind(&self, topic: Topic, seq: i64) -> Option<i64> {
        let mut state = self.0.get_mut(&topic)?;
        state.look |= state.last.is_none();
        state.last.filter(|last| *last < seq)
    }

    /// What a repair asks the log for; `None` when it is over.
    #[must_use]
    pub fn hole(&self, topic: Topic) -> Option<Hole> {
        let mut state = self.0.get_mut(&topic)?;
        let latest = state.early.keys().next_back().copied();
        let hole = state.last.map(|after| Hole { after, latest });
        if hole.is_none() {
            // Everybody went, and others came who have not read the log yet.
            state.repairing = false;
            state.look = true;
        }
        hole
    }

    /// Takes what the log had; `is_all` when it has no more.
    #[must_use]
    pub fn repair(
        &self,
        topic: Topic,
        hole: Hole,
        missing: Vec<Arc<Delivery>>,
        is_all: bool,
    ) -> Next {
        let Some(mut state) = self.0.get_mut(&topic) else { return Next::Done };
        for delivery in missing {
            if let Some(seq) = delivery.seq {
                state.accept(seq, delivery);
            }
        }
        if !is_all {
            return Next::More;
        }
        // Older than the log keeps: the sockets notice the hole and say `recovered: false`.
        while let Some(entry) = state.early.first_entry() {
            if Some(*entry.key()) > hole.latest {
                return Next::Wait;
            }
            let (seq, delivery) = entry.remove_entry();
            state.last = state.last.max(Some(seq - 1));
            state.accept(seq, delivery);
        }
        if state.last < Some(hole.after) {
            // A socket that stands further back has come meanwhile.
            return Next::Wait;
        }
        state.repairing = false;
        Next::Done
    }

    /// Numbers mean something else from now on: all sockets end, and positions are those of who comes next.
    pub fn begin_anew(&self) {
        for mut state in self.0.iter_mut() {
            state.subscribers.iter().for_each(|(_, outbox)| outbox.begin_anew());
            (state.last, state.is_said) = (None, false);
            state.early.clear();
        }
    }

    /// How many sockets of this node hear the topic.
    #[must_use]
    pub fn listeners(&self, topic: Topic) -> usize {
        self.0.get(&topic).map_or(0, |state| state.subscribers.len())
    }

    /// Whose sockets hear the topic, each person once.
    #[must_use]
    pub fn owners(&self, topic: Topic) -> BTreeSet<UserId> {
        let state = self.0.get(&topic);
        let sockets = state.iter().flat_map(|state| &state.subscribers);
        sockets.filter_map(|(_, outbox)| outbox.owner()).collect()
    }

    /// The topics that are heard here.
    #[must_use]
    pub fn all(&self) -> Vec<Topic> {
        self.0.iter().map(|entry| *entry.key()).collect()
    }
}

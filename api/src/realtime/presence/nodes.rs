//! Presence between nodes: what one tells the others, and what it makes of their words.

use super::{Beat, Chosen, GRACE, Place, Presences, Told};
use crate::realtime::Live;
use crate::realtime::bus::{NodeId, Word};
use serde::{Deserialize, Serialize};
use shared::ids::UserId;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often nodes tell each other.
const PERIOD: Duration = Duration::from_millis(250);
/// So many periods after which everybody is told again: a word may be lost while a node subscribes.
const REPEATED: u32 = 20;
/// People of one word.
const TOGETHER: usize = 200;

/// A person's sockets of one node, all together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seen {
    user: UserId,
    /// 0: the last one is gone.
    sockets: usize,
    /// How long ago one of them was heard, and was active. Milliseconds.
    heard: u64,
    active: u64,
    chosen: Chosen,
    chosen_at: i64,
    /// What people were told last.
    told: Told,
}

/// What is to be done soon.
#[derive(Default)]
pub(super) struct Waiting {
    /// There can be other nodes.
    is_wanted: AtomicBool,
    /// Whose state other nodes must learn.
    untold: Mutex<HashSet<UserId>>,
    /// Who may be seen differently from then on.
    unchecked: Mutex<HashMap<UserId, Instant>>,
}

impl Waiting {
    pub fn tell(&self, user: UserId) {
        if self.is_wanted.load(Ordering::Relaxed) {
            lock(&self.untold).insert(user);
        }
    }

    fn check(&self, user: UserId, at: Instant) {
        lock(&self.unchecked).insert(user, at);
    }

    fn due(&self) -> Vec<UserId> {
        let now = Instant::now();
        let mut unchecked = lock(&self.unchecked);
        let due: Vec<UserId> =
            unchecked.iter().filter(|(_, at)| **at <= now).map(|(user, _)| *user).collect();
        unchecked.retain(|_, at| *at > now);
        due
    }
}

impl Presences {
    /// How many sockets the person has on other nodes.
    #[must_use]
    pub fn elsewhere(&self, user: UserId) -> usize {
        let Some(person) = self.people.get(&user) else { return 0 };
        let sockets = person.sockets.iter();
        let others = sockets.filter(|(place, _)| matches!(place, Place::Elsewhere(_)));
        others.map(|(_, beat)| beat.sockets).sum()
    }

    /// A node tells of its people.
    pub(in crate::realtime) fn hear(&self, from: NodeId, people: Vec<Seen>) {
        let now = Instant::now();
        let ago = |millis| now.checked_sub(Duration::from_millis(millis)).unwrap_or(now);
        for seen in people {
            let user = seen.user;
            let mut person = self.people.entry(user).or_default();
            if seen.chosen_at > person.chosen_at {
                (person.chosen, person.chosen_at) = (seen.chosen, seen.chosen_at);
            }
            let place = Place::Elsewhere(from);
            if seen.sockets == 0 {
                person.sockets.remove(&place);
            } else {
                let (heard, active) = (ago(seen.heard), ago(seen.active));
                person.sockets.insert(place, Beat { seen: heard, active, sockets: seen.sockets });
            }
            person.told = seen.told;
            let is_here = person.sockets.keys().any(|place| matches!(place, Place::Here(_)));
            if is_here && person.told != person.seen() {
                // Both told at the same time: the last word must be true.
                self.between_nodes.check(user, now);
            }
            drop(person);
            self.people.remove_if(&user, |_, person| person.is_gone(now));
        }
    }

    /// Everybody with a socket here must be told to other nodes again.
    pub(in crate::realtime) fn repeat(&self) {
        let is_here = |place: &Place| matches!(place, Place::Here(_));
        let here = self.people.iter().filter(|person| person.sockets.keys().any(is_here));
        let here: Vec<UserId> = here.map(|person| *person.key()).collect();
        lock(&self.between_nodes.untold).extend(here);
    }

    /// A node is gone, and its sockets with it. Most of its people come back on another one.
    pub(in crate::realtime) fn miss(&self, node: NodeId, is_first: bool) {
        let later = Instant::now() + GRACE;
        self.people.retain(|user, person| {
            if person.sockets.remove(&Place::Elsewhere(node)).is_some() && is_first {
                self.between_nodes.check(*user, later);
                return true;
            }
            !person.sockets.is_empty() || is_first
        });
    }

    fn take_untold(&self) -> Vec<Seen> {
        let untold = std::mem::take(&mut *lock(&self.between_nodes.untold));
        let now = Instant::now();
        let ago = |at: Instant| u64::try_from((now - at).as_millis()).unwrap_or(u64::MAX);
        let seen = |user| {
            let person = self.people.get(&user);
            let person = person.as_deref();
            let beats = || {
                let sockets = person.into_iter().flat_map(|person| &person.sockets);
                sockets.filter(|(place, _)| matches!(place, Place::Here(_))).map(|(_, beat)| beat)
            };
            Seen {
                user,
                sockets: beats().count(),
                heard: beats().map(|beat| ago(beat.seen)).min().unwrap_or_default(),
                active: beats().map(|beat| ago(beat.active)).min().unwrap_or_default(),
                chosen: person.map(|person| person.chosen.clone()).unwrap_or_default(),
                chosen_at: person.map_or(0, |person| person.chosen_at),
                told: person.map(|person| person.told.clone()).unwrap_or_default(),
            }
        };
        untold.into_iter().map(seen).collect()
    }
}

impl Live {
    /// Keeps other nodes informed, as long as this one lives.
    pub(in crate::realtime) fn share_presence(&self) {
        self.presences().between_nodes.is_wanted.store(true, Ordering::Relaxed);
        let handle = self.handle();
        tokio::spawn(async move {
            for period in 1_u32.. {
                tokio::time::sleep(PERIOD).await;
                let Some(live) = handle() else { return };
                if period % REPEATED == 0 {
                    live.presences().repeat();
                }
                for user in live.presences().between_nodes.due() {
                    live.tell_status(user, |_| {});
                    live.presences().people.remove_if(&user, |_, person| person.sockets.is_empty());
                }
                live.tell_people();
            }
        });
    }

    /// Tells other nodes of everybody they do not know the latest of.
    pub(in crate::realtime) fn tell_people(&self) {
        for people in self.presences().take_untold().chunks(TOGETHER) {
            self.bus().tell(Word::People(people.to_vec()));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

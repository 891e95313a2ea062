//! Who is there. A person is online while a socket of his beats; `away` when no socket was active
//! for ten minutes; a chosen status wins while it lasts, and a chosen `offline` means invisible. What
//! he says about himself does not depend on his being there.
//!
//! Each node knows the sockets of all: nodes tell each other whenever something changed, and everything
//! to a node that is new. So every question is answered from memory, and nothing is left behind by a
//! node that was killed.

mod nodes;

use crate::error::ApiResult;
use crate::realtime::Live;
use crate::realtime::bus::NodeId;
use crate::realtime::hub::SocketId;
use chrono::{DateTime, Utc};
use dashmap::DashMap;
pub use nodes::Seen;
use serde::{Deserialize, Serialize};
use shared::event::{Event, UserStatusChanged};
use shared::identity::Status;
use shared::ids::{SessionId, UserId};
use shared::people::{CustomStatus, UserUpdated, status_at};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A socket that was silent for so long does not count any more.
const TTL: Duration = Duration::from_secs(60);
/// Without activity for so long a person is away.
const IDLE: Duration = Duration::from_secs(600);
/// A reload must not flicker: only after so long without a socket is a person offline.
const GRACE: Duration = Duration::from_secs(3);

/// The presence of everybody.
#[derive(Default)]
pub struct Presences {
    people: DashMap<UserId, Person>,
    between_nodes: nodes::Waiting,
}

/// What a person lets others see of himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub status: Status,
    /// Ends `away` and `dnd`.
    pub until: Option<DateTime<Utc>>,
    pub custom: Option<CustomStatus>,
    /// `false`: others always see him offline.
    pub shows_online: bool,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { status: Status::Online, until: None, custom: None, shows_online: true }
    }
}

impl Chosen {
    /// The status in force; `offline` hides.
    fn status(&self) -> Status {
        match self.shows_online {
            true => status_at(self.status, self.until, Utc::now()),
            false => Status::Offline,
        }
    }

    fn custom(&self) -> Option<CustomStatus> {
        self.custom.clone().and_then(|custom| custom.in_force(Utc::now()))
    }
}

#[derive(Default)]
struct Person {
    chosen: Chosen,
    /// When that was chosen, or read: the latest word of any node counts. Microseconds.
    chosen_at: i64,
    sockets: HashMap<Place, Beat>,
    /// The last beat of a socket that went: he counts as there until the grace is over.
    left: Option<Beat>,
    /// What others were told last.
    told: Told,
}

type Told = (Status, Option<CustomStatus>);

/// Where a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Here(SocketId),
    /// All of that node.
    Elsewhere(NodeId),
}

struct Beat {
    seen: Instant,
    active: Instant,
    sockets: usize,
}

impl Beat {
    fn new(now: Instant) -> Self {
        Self { seen: now, active: now, sockets: 1 }
    }
}

impl Person {
    fn status(&self, now: Instant) -> Status {
        let alive = || {
            let open = self.sockets.values().filter(|beat| now - beat.seen < TTL);
            open.chain(self.left.iter().filter(|beat| now - beat.seen < GRACE))
        };
        if alive().next().is_none() {
            return Status::Offline;
        }
        match self.chosen.status() {
            Status::Online if alive().all(|beat| now - beat.active >= IDLE) => Status::Away,
            chosen => chosen,
        }
    }

    /// A socket is gone; one that was silent for too long counted no more already.
    fn leave(&mut self, place: Place, now: Instant) {
        let beat = self.sockets.remove(&place).filter(|beat| now - beat.seen < TTL);
        self.left = beat.map(|beat| Beat { seen: now, ..beat }).or(self.left.take());
    }

    /// Whether nothing is to be remembered of him.
    fn is_gone(&self, now: Instant) -> bool {
        let lingers = self.left.as_ref().is_some_and(|beat| now - beat.seen < GRACE);
        self.sockets.is_empty() && !lingers
    }

    /// Later than all that was heard before, whatever the clocks of other nodes say.
    fn choose(&mut self, chosen: Chosen) {
        self.chosen = chosen;
        self.chosen_at = Utc::now().timestamp_micros().max(self.chosen_at + 1);
    }

    /// What was read at some time: a choice made since counts.
    fn read(&mut self, chosen: Chosen, at: DateTime<Utc>) {
        if at.timestamp_micros() > self.chosen_at {
            (self.chosen, self.chosen_at) = (chosen, at.timestamp_micros());
        }
    }

    fn seen(&self) -> Told {
        (self.status(Instant::now()), self.chosen.custom())
    }
}

impl Presences {
    /// The presence of a person as others see it.
    #[must_use]
    pub fn of(&self, user: UserId) -> Status {
        self.people.get(&user).map_or(Status::Offline, |person| person.status(Instant::now()))
    }

    /// Everybody who is not offline.
    #[must_use]
    pub fn present(&self) -> Vec<UserId> {
        let now = Instant::now();
        self.people
            .iter()
            .filter(|entry| entry.status(now) != Status::Offline)
            .map(|entry| *entry.key())
            .collect()
    }

    fn knows(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    fn is_silent(&self, user: UserId, socket: SocketId) -> bool {
        let person = self.people.get(&user);
        let beat = person.as_ref().and_then(|person| person.sockets.get(&Place::Here(socket)));
        beat.is_some_and(|beat| beat.seen.elapsed() >= TTL)
    }

    /// Whether the person chose not to be seen.
    #[must_use]
    pub fn hides(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.chosen.status() == Status::Offline)
    }

    /// Makes the change; what others see now, if that is something else.
    fn change(&self, user: UserId, change: impl FnOnce(&mut Person)) -> Option<Told> {
        let mut person = self.people.entry(user).or_default();
        change(&mut person);
        self.between_nodes.tell(user);
        let seen = person.seen();
        if person.told == seen {
            return None;
        }
        person.told.clone_from(&seen);
        Some(seen)
    }
}

impl Live {
    /// A socket of the person is open. What he chose was read after `at`.
    pub fn appear(&self, user: UserId, socket: SocketId, chosen: Chosen, at: DateTime<Utc>) {
        let now = Instant::now();
        self.tell_status(user, |person| {
            person.read(chosen, at);
            person.sockets.insert(Place::Here(socket), Beat::new(now));
        });
    }

    /// A socket beats.
    pub fn beat(&self, user: UserId, socket: SocketId, active: bool) {
        let now = Instant::now();
        self.tell_status(user, |person| {
            let beat = person.sockets.entry(Place::Here(socket)).or_insert(Beat::new(now));
            beat.seen = now;
            if active {
                beat.active = now;
            }
        });
    }

    /// A socket of the person is gone; others learn it a little later, if it was the last.
    pub fn disappear(&self, user: UserId, socket: SocketId) {
        let live = self.clone();
        if let Some(mut person) = self.presences().people.get_mut(&user) {
            person.leave(Place::Here(socket), Instant::now());
        }
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            live.tell_status(user, |_| {});
            let now = Instant::now();
            live.presences().people.remove_if(&user, |_, person| person.is_gone(now));
        });
    }

    /// A beat of a session without a socket: good for a minute. What he chose was read after `at`.
    pub fn visit(
        &self,
        user: UserId,
        session: SessionId,
        (chosen, at): (Chosen, DateTime<Utc>),
        active: bool,
    ) {
        // Sockets count up from 1 and never get to the upper half.
        let visitor = SocketId::MAX - session.0.as_u128() as SocketId / 2;
        if !self.presences().knows(user) {
            self.appear(user, visitor, chosen, at);
        }
        self.beat(user, visitor, active);
        let live = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TTL).await;
            if live.presences().is_silent(user, visitor) {
                live.disappear(user, visitor);
            }
        });
    }

    /// The person chose what others see of him.
    pub fn choose(&self, user: UserId, chosen: Chosen) {
        if self.presences().knows(user) {
            self.tell_status(user, |person| person.choose(chosen));
        } else {
            self.announce(user, (Status::Offline, chosen.custom()));
        }
    }

    fn tell_status(&self, user: UserId, change: impl FnOnce(&mut Person)) {
        if let Some(seen) = self.presences().change(user, change) {
            self.announce(user, seen);
        }
    }

    fn announce(&self, user: UserId, seen: Told) {
        let live = self.clone();
        tokio::spawn(async move {
            match live.lookups().audiences.ask(user).await {
                Ok(topics) => {
                    // Not what it was when this began, and no change while it is told: whatever
                    // overtakes what, the last that others hear is true.
                    let person = live.presences().people.get(&user);
                    let (status, custom_status) = match &person {
                        Some(person) => person.seen(),
                        None => (Status::Offline, seen.1),
                    };
                    let event = UserStatusChanged { user_id: user, status, custom_status };
                    live.tell_presence(topics, Event::UserStatusChanged(event));
                }
                Err(error) => error.log(),
            }
        });
    }

    /// Name or picture of the person changed: tells those who see him.
    pub fn show_face(&self, user: UserId) {
        let live = self.clone();
        tokio::spawn(async move {
            if let Err(error) = live.show_face_now(user).await {
                error.log();
            }
        });
    }

    /// As [`Live::show_face`], before anything else happens.
    ///
    /// # Errors
    /// The directory's.
    pub async fn show_face_now(&self, user: UserId) -> ApiResult<()> {
        for (topic, user) in self.directory().faces(user).await? {
            self.ephemeral(topic, None, Event::UserUpdated(UserUpdated { user }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(beats: &[(u64, u64)], chosen: Chosen) -> (Person, Instant) {
        // In the future, so that an hour before it is a time that this machine knows.
        let now = Instant::now() + Duration::from_secs(3600);
        let ago = |seconds| now - Duration::from_secs(seconds);
        let beat = |(seen, active): &(u64, u64)| Beat {
            seen: ago(*seen),
            active: ago(*active),
            sockets: 1,
        };
        let sockets = (1..).map(Place::Here).zip(beats.iter().map(beat)).collect();
        (Person { chosen, sockets, ..Person::default() }, now)
    }

    fn status(beats: &[(u64, u64)], chosen: Chosen) -> Status {
        let (person, now) = person(beats, chosen);
        person.status(now)
    }

    #[test]
    fn away_is_ten_minutes_without_activity_in_every_tab() {
        let chosen = Chosen::default;
        assert_eq!(status(&[(1, 1)], chosen()), Status::Online);
        assert_eq!(status(&[(1, 599)], chosen()), Status::Online);
        assert_eq!(status(&[(1, 600)], chosen()), Status::Away);
        // Another tab or device is in use.
        assert_eq!(status(&[(1, 900), (1, 30)], chosen()), Status::Online);
        // That one is gone, though: its last word was an hour ago.
        assert_eq!(status(&[(1, 900), (61, 61)], chosen()), Status::Away);
        assert_eq!(status(&[(61, 61)], chosen()), Status::Offline);
        assert_eq!(status(&[], chosen()), Status::Offline);
    }

    #[test]
    fn who_reloads_is_there_meanwhile() {
        let after = |beat, seconds| {
            let (mut person, now) = person(&[beat], Chosen::default());
            person.leave(Place::Here(1), now);
            let then = now + Duration::from_secs(seconds);
            (person.status(then), person.is_gone(then))
        };
        assert_eq!(after((1, 1), 2), (Status::Online, false));
        assert_eq!(after((1, 900), 2), (Status::Away, false));
        assert_eq!(after((1, 1), 3), (Status::Offline, true));
        // It had not beaten for a minute: nobody took him for being there.
        assert_eq!(after((61, 61), 0), (Status::Offline, true));
    }

    #[test]
    fn the_latest_choice_wins_whatever_the_clocks_say() {
        let invisible = Chosen { status: Status::Offline, ..Chosen::default() };
        let mut person = Person::default();
        // Heard from a node whose clock is an hour ahead.
        person.read(Chosen::default(), Utc::now() + chrono::Duration::hours(1));
        let before = person.chosen_at;
        person.choose(invisible.clone());
        assert_eq!(person.chosen, invisible);
        assert!(person.chosen_at > before);
        // Read before he chose, told after it.
        person.read(Chosen::default(), Utc::now());
        assert_eq!(person.chosen, invisible);
    }

    #[test]
    fn what_was_chosen_wins_while_it_lasts() {
        let later = Utc::now() + chrono::Duration::hours(1);
        let before = Utc::now() - chrono::Duration::seconds(1);
        let chosen = |status, until| Chosen { status, until, ..Chosen::default() };
        let now = |chosen| status(&[(1, 1)], chosen);
        assert_eq!(now(chosen(Status::Dnd, Some(later))), Status::Dnd);
        assert_eq!(now(chosen(Status::Dnd, Some(before))), Status::Online);
        assert_eq!(now(chosen(Status::Offline, Some(before))), Status::Offline);
        assert_eq!(now(Chosen { shows_online: false, ..Chosen::default() }), Status::Offline);
        // Idle people who asked not to be disturbed still ask for it.
        assert_eq!(status(&[(1, 900)], chosen(Status::Dnd, None)), Status::Dnd);
    }
}

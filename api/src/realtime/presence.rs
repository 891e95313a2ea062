//! Who is there. A person is online while a socket of his beats; `away` when no socket was active
//! for ten minutes; a chosen status wins, and a chosen `offline` means invisible.

use crate::realtime::Live;
use crate::realtime::hub::SocketId;
use dashmap::DashMap;
use shared::event::{Event, UserStatusChanged};
use shared::identity::Status;
use shared::ids::{SessionId, UserId};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Sockets must beat at least this often.
pub const HEARTBEAT: Duration = Duration::from_secs(25);
/// A socket that was silent for so long does not count any more.
const TTL: Duration = Duration::from_secs(60);
/// Without activity for so long a person is away.
const IDLE: Duration = Duration::from_secs(600);
/// A reload must not flicker: only after so long without a socket is a person offline.
const GRACE: Duration = Duration::from_secs(3);

/// The presence of everybody on this node.
#[derive(Default)]
pub struct Presences {
    people: DashMap<UserId, Person>,
}

struct Person {
    chosen: Status,
    sockets: HashMap<SocketId, Beat>,
    /// What others were told last.
    told: Status,
}

struct Beat {
    seen: Instant,
    active: Instant,
}

impl Person {
    fn status(&self, now: Instant) -> Status {
        let alive = || self.sockets.values().filter(|beat| now - beat.seen < TTL);
        if alive().next().is_none() {
            return Status::Offline;
        }
        match self.chosen {
            Status::Online if alive().all(|beat| now - beat.active >= IDLE) => Status::Away,
            chosen => chosen,
        }
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
        let beat = person.as_ref().and_then(|person| person.sockets.get(&socket));
        beat.is_some_and(|beat| beat.seen.elapsed() >= TTL)
    }

    /// Whether the person chose not to be seen.
    #[must_use]
    pub fn hides(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.chosen == Status::Offline)
    }

    /// Makes the change; whether others see another status now.
    fn change(&self, user: UserId, change: impl FnOnce(&mut Person)) -> bool {
        let mut person = self.people.entry(user).or_insert_with(|| Person {
            chosen: Status::Online,
            sockets: HashMap::new(),
            told: Status::Offline,
        });
        change(&mut person);
        let status = person.status(Instant::now());
        let changed = person.told != status;
        person.told = status;
        changed
    }
}

impl Live {
    /// A socket of the person is open.
    pub fn appear(&self, user: UserId, socket: SocketId, chosen: Status) {
        let now = Instant::now();
        self.tell_status(user, |person| {
            person.chosen = chosen;
            person.sockets.insert(socket, Beat { seen: now, active: now });
        });
    }

    /// A socket beats.
    pub fn beat(&self, user: UserId, socket: SocketId, active: bool) {
        let now = Instant::now();
        self.tell_status(user, |person| {
            let beat = person.sockets.entry(socket).or_insert(Beat { seen: now, active: now });
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
            person.sockets.remove(&socket);
        }
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            live.tell_status(user, |_| {});
            live.presences().people.remove_if(&user, |_, person| person.sockets.is_empty());
        });
    }

    /// A beat of a session without a socket: good for a minute.
    pub fn visit(&self, user: UserId, session: SessionId, chosen: Status, active: bool) {
        // Sockets count up from 1 and never get to the upper half.
        let visitor = SocketId::MAX - session.0.as_u128() as SocketId / 2;
        if !self.presences().knows(user) {
            self.appear(user, visitor, chosen);
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

    /// The person chose a status.
    pub fn choose(&self, user: UserId, status: Status) {
        if self.presences().knows(user) {
            self.tell_status(user, |person| person.chosen = status);
        }
    }

    fn tell_status(&self, user: UserId, change: impl FnOnce(&mut Person)) {
        if !self.presences().change(user, change) {
            return;
        }
        let live = self.clone();
        tokio::spawn(async move {
            match live.directory().audience(user).await {
                Ok(topics) => {
                    // Not what it was when this began, and no change while it is told: whatever
                    // overtakes what, the last that others hear is true.
                    let person = live.presences().people.get(&user);
                    let now = Instant::now();
                    let status = person.as_ref().map_or(Status::Offline, |p| p.status(now));
                    for topic in topics {
                        let event = UserStatusChanged { user_id: user, status };
                        live.ephemeral(topic, None, Event::UserStatusChanged(event));
                    }
                }
                Err(error) => error.log(),
            }
        });
    }
}

//! The sockets of each account on this node. Where there are as many as may be, those whose peers do not
//! answer any more give way to new ones: after a network went away and came back, the system still
//! holds the old ones for open.

use crate::realtime::Live;
use crate::realtime::hub::SocketId;
use crate::realtime::outbox::Outbox;
use dashmap::DashMap;
use shared::ids::UserId;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::sleep_until;

/// A peer that lets a ping wait for so long may be gone. Most answer within half a second.
const ANSWER: Duration = Duration::from_secs(3);

/// See the module.
#[derive(Default)]
pub struct Places {
    /// The oldest socket first.
    of: DashMap<UserId, Vec<Arc<Place>>>,
    /// A socket has gone, or a peer has answered.
    changed: Notify,
}

struct Place {
    socket: SocketId,
    outbox: Outbox,
    pulse: Mutex<Pulse>,
}

/// What is known of a peer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pulse {
    /// He was heard since he was asked last.
    Heard,
    /// His socket is to ask him.
    Called,
    /// He was asked then, and was not heard since.
    Asked(Instant),
}

impl Place {
    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When he may be taken for gone.
    fn gone_at(&self) -> Option<Instant> {
        match *self.pulse() {
            Pulse::Asked(at) => Some(at + ANSWER),
            Pulse::Heard | Pulse::Called => None,
        }
    }
}

/// What becomes of a socket that wants a place.
enum Turn {
    Place(Arc<Place>),
    /// Nobody gives way.
    None,
    /// Some may be gone: it shows then at the latest.
    Wait(Instant),
}

impl Live {
    /// Gives a socket of a person a place until the guard is dropped; `None` when he has `limit` already
    /// and all of their peers answer. Of those who do not, the oldest is closed as too slow, so that it
    /// comes back if it is there after all. On all nodes together a person may have twice as many: a node
    /// that stops hands its sockets over.
    pub async fn enter(
        &self,
        user: UserId,
        socket: SocketId,
        outbox: &Outbox,
        limit: usize,
    ) -> Option<Entered> {
        let places = self.places();
        let give_up = Instant::now() + ANSWER * 2;
        let mut asks = true;
        loop {
            let mut changed = pin!(places.changed.notified());
            changed.as_mut().enable();
            let elsewhere = self.presences().elsewhere(user);
            match places.turn(user, (socket, outbox), limit, elsewhere, asks) {
                Turn::Place(place) => return Some(Entered { live: self.clone(), user, place }),
                Turn::Wait(until) if Instant::now() < give_up => {
                    asks = false;
                    tokio::select! {
                        () = changed => {}
                        () = sleep_until(until.min(give_up).into()) => {}
                    }
                }
                Turn::Wait(_) | Turn::None => return None,
            }
        }
    }
}

impl Places {
    fn turn(
        &self,
        user: UserId,
        (socket, outbox): (SocketId, &Outbox),
        limit: usize,
        elsewhere: usize,
        asks: bool,
    ) -> Turn {
        let mut places = self.of.entry(user).or_default();
        let is_full = places.len() >= limit || places.len() + elsewhere >= limit * 2;
        if is_full {
            let now = Instant::now();
            let gone = |place: &Arc<Place>| place.gone_at().is_some_and(|at| at <= now);
            let Some(gone) = places.iter().position(gone) else {
                let turn = wait(&places, asks);
                drop(places);
                self.of.remove_if(&user, |_, places| places.is_empty());
                return turn;
            };
            places.remove(gone).outbox.close("no answer to a ping while a place was needed");
        }
        let pulse = Mutex::new(Pulse::Heard);
        let place = Arc::new(Place { socket, outbox: outbox.clone(), pulse });
        places.push(place.clone());
        Turn::Place(place)
    }

    fn leave(&self, user: UserId, socket: SocketId) {
        if let Some(mut places) = self.of.get_mut(&user) {
            places.retain(|place| place.socket != socket);
        }
        self.of.remove_if(&user, |_, places| places.is_empty());
        self.changed.notify_waiters();
    }
}

/// Until when it is worth waiting for one of these to be gone.
fn wait(places: &[Arc<Place>], asks: bool) -> Turn {
    let mut until: Option<Instant> = None;
    for place in places {
        let mut pulse = place.pulse();
        if asks && *pulse == Pulse::Heard {
            *pulse = Pulse::Called;
            place.outbox.call();
        }
        let shows = match *pulse {
            Pulse::Heard => continue,
            // Its socket is busy, or about to ask.
            Pulse::Called => Instant::now() + ANSWER,
            Pulse::Asked(at) => at + ANSWER,
        };
        until = Some(until.map_or(shows, |until| until.min(shows)));
    }
    until.map_or(Turn::None, Turn::Wait)
}

/// See [`Live::enter`].
pub struct Entered {
    live: Live,
    user: UserId,
    place: Arc<Place>,
}

impl Entered {
    /// The peer was asked whether he is there.
    pub fn asked(&self) {
        let mut pulse = self.place.pulse();
        if !matches!(*pulse, Pulse::Asked(_)) {
            *pulse = Pulse::Asked(Instant::now());
        }
    }

    /// The peer was heard.
    pub fn heard(&self) {
        let mut pulse = self.place.pulse();
        if *pulse != Pulse::Heard {
            *pulse = Pulse::Heard;
            drop(pulse);
            self.live.places().changed.notify_waiters();
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.live.places().leave(self.user, self.place.socket);
    }
}

//! The one handle to everything live: publish, ephemeral events, presence, open sockets.

use crate::error::ApiResult;
use crate::platform::db::Db;
use crate::realtime::activity::Activity;
use crate::realtime::bus::Bus;
use crate::realtime::directory::Directory;
use crate::realtime::hub::Hub;
use crate::realtime::presence::Presences;
use crate::realtime::stream::{self, Delivery};
use crate::realtime::views::Views;
use dashmap::DashMap;
use shared::event::Event;
use shared::ids::{ChatId, UserId};
use shared::topic::Topic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{OnceCell, watch};

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    db: Db,
    epoch: OnceCell<String>,
    hub: Arc<Hub>,
    bus: Arc<dyn Bus>,
    directory: Arc<dyn Directory>,
    views: Views,
    presences: Presences,
    activity: Activity,
    next_socket: AtomicU64,
    sockets_of: DashMap<UserId, usize>,
    open_sockets: AtomicUsize,
    shutdown: watch::Sender<bool>,
}

impl Live {
    /// Wires bus and hub together.
    #[must_use]
    pub fn new(db: Db, bus: Arc<dyn Bus>, directory: Arc<dyn Directory>) -> Self {
        let hub = Hub::new(db.clone(), bus.clone());
        let receiver = hub.clone();
        bus.start(Arc::new(move |delivery| receiver.receive(delivery)));
        Self(Arc::new(Inner {
            db,
            epoch: OnceCell::new(),
            hub,
            bus,
            views: Views::new(directory.clone()),
            directory,
            presences: Presences::default(),
            activity: Activity::default(),
            next_socket: AtomicU64::new(1),
            sockets_of: DashMap::new(),
            open_sockets: AtomicUsize::new(0),
            shutdown: watch::Sender::new(false),
        }))
    }

    /// Sends a committed delivery to every node.
    pub fn publish(&self, delivery: Arc<Delivery>) {
        self.0.bus.publish(delivery);
    }

    /// Sends an event that is not kept.
    pub fn ephemeral(&self, topic: Topic, audience: Option<ChatId>, event: Event) {
        self.publish(Arc::new(Delivery::new(topic, None, audience, event)));
    }

    /// A commit whose outcome is unknown may have left events in the log.
    pub fn nudge(&self, topic: Topic) {
        self.0.hub.nudge(topic);
    }

    /// The name of the log that this node reads and writes; see [`stream::epoch`].
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn epoch(&self) -> ApiResult<&str> {
        let ask = async || ApiResult::Ok(stream::epoch(&mut *self.0.db.conn().await?).await?);
        Ok(self.0.epoch.get_or_try_init(ask).await?)
    }

    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    #[must_use]
    pub fn directory(&self) -> &Arc<dyn Directory> {
        &self.0.directory
    }

    /// What people may hear, looked up for many sockets at once.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.0.views
    }

    #[must_use]
    pub fn presences(&self) -> &Presences {
        &self.0.presences
    }

    /// The coalescer of `chat_activity`.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.0.activity
    }

    /// A number no other socket of this node has.
    #[must_use]
    pub fn next_socket(&self) -> u64 {
        self.0.next_socket.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts an open socket until the guard is dropped.
    #[must_use]
    pub fn count_socket(&self) -> OpenSocket {
        self.0.open_sockets.fetch_add(1, Ordering::Relaxed);
        OpenSocket(self.clone())
    }

    /// Counts a socket of a person until the guard is dropped; `None` when he has `limit` already.
    #[must_use]
    pub fn enter(&self, user: UserId, limit: usize) -> Option<Entered> {
        let mut count = self.0.sockets_of.entry(user).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Entered(self.clone(), user))
    }

    /// Sockets open on this node.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.0.open_sockets.load(Ordering::Relaxed)
    }

    /// Asks every socket to close with 1001.
    pub fn shut_down(&self) {
        self.0.shutdown.send_replace(true);
    }

    /// Turns `true` once the node shuts down.
    #[must_use]
    pub fn shutdown(&self) -> watch::Receiver<bool> {
        self.0.shutdown.subscribe()
    }
}

/// See [`Live::count_socket`].
pub struct OpenSocket(Live);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.open_sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

/// See [`Live::enter`].
pub struct Entered(Live, UserId);

impl Drop for Entered {
    fn drop(&mut self) {
        let sockets = &self.0.0.sockets_of;
        if let Some(mut count) = sockets.get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
        sockets.remove_if(&self.1, |_, count| *count == 0);
    }
}

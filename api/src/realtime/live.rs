//! The one handle to everything live: publish, ephemeral events, presence, open sockets.

use crate::error::ApiResult;
use crate::platform::background::kept;
use crate::platform::db::Db;
use crate::realtime::activity::Activity;
use crate::realtime::bus::{Bus, NodeId, Receiver, Word};
use crate::realtime::directory::Directory;
use crate::realtime::hub::Hub;
use crate::realtime::lookups::Lookups;
use crate::realtime::places::Places;
use crate::realtime::presence::Presences;
use crate::realtime::stream::{self, Delivery};
use shared::event::Event;
use shared::ids::{ChatId, SessionId};
use shared::topic::Topic;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    db: Db,
    /// See [`Live::epoch`]; unknown until somebody asks.
    epoch: watch::Sender<Option<String>>,
    hub: Arc<Hub>,
    bus: Arc<dyn Bus>,
    directory: Arc<dyn Directory>,
    lookups: Lookups,
    presences: Presences,
    activity: Activity,
    next_socket: AtomicU64,
    places: Places,
    open_sockets: AtomicUsize,
    turns: Arc<Semaphore>,
    arrivals: Arc<Semaphore>,
    shutdown: watch::Sender<bool>,
    /// The whole log is to be looked at.
    look: Notify,
    on_revoked: OnceLock<OnRevoked>,
}

/// Whoever knows which sessions are over.
type OnRevoked = Box<dyn Fn(Vec<SessionId>) + Send + Sync>;

/// How soon the log is looked at again when the database did not answer.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is asked whether another database took over.
const CHECK: Duration = Duration::from_secs(2);
/// How often it is asked whether people's own topics went on. Programs beside the servers (`api admin`) tell
/// nobody what they write there.
const LOOK_AT_PEOPLE: Duration = Duration::from_secs(10);
/// So many sockets say hello at once. They share what they ask, so thousands who come together would be
/// answered, and go on, together: in front of every request that meanwhile came to their workers.
const ARRIVALS: usize = 32;
/// After so long a socket goes on without a turn.
const TURN: Duration = Duration::from_secs(8);
/// Of a space that more sockets of a node hear these do not learn who comes and goes: each who comes
/// would cost a frame for each who is there. Lists of people say it.
const CROWD: usize = 200;

impl Live {
    /// Wires bus and hub together.
    #[must_use]
    pub fn new(db: Db, bus: Arc<dyn Bus>, directory: Arc<dyn Directory>) -> Self {
        let hub = Hub::new(db.clone(), bus.clone(), directory.clone());
        let lookups = Lookups::new(db.clone(), &directory);
        let turns = Arc::new(Semaphore::new((db.capacity() / 2).max(1)));
        let live = Self(Arc::new(Inner {
            db,
            epoch: watch::Sender::new(None),
            hub,
            bus,
            lookups,
            directory,
            presences: Presences::default(),
            activity: Activity::default(),
            next_socket: AtomicU64::new(1),
            places: Places::default(),
            open_sockets: AtomicUsize::new(0),
            turns,
            arrivals: Arc::new(Semaphore::new(ARRIVALS)),
            shutdown: watch::Sender::new(false),
            look: Notify::new(),
            on_revoked: OnceLock::new(),
        }));
        let receiver: Weak<Inner> = Arc::downgrade(&live.0);
        live.0.bus.start(receiver.clone());
        if live.0.bus.is_shared() {
            tokio::spawn(async move { kept(|| look_when_asked(receiver.clone())).await });
            live.share_presence();
        }
        live
    }

    /// Calls this when another node ends sessions. Once, at start.
    pub fn on_revoked(&self, tell: impl Fn(Vec<SessionId>) + Send + Sync + 'static) {
        drop(self.0.on_revoked.set(Box::new(tell)));
    }

    /// Tells other nodes that these sessions, or tokens for programs, are over.
    pub fn revoke(&self, sessions: &[SessionId]) {
        if !sessions.is_empty() {
            self.0.bus.tell(Word::Revoked(sessions.to_vec()));
        }
    }

    /// The bus between nodes.
    #[must_use]
    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.0.bus
    }

    /// A handle that does not keep it alive.
    pub(super) fn handle(&self) -> impl Fn() -> Option<Self> + Send + use<> {
        let weak = Arc::downgrade(&self.0);
        move || weak.upgrade().map(Self)
    }

    /// Sends a committed delivery to every node.
    pub fn publish(&self, delivery: Arc<Delivery>) {
        self.0.bus.publish(delivery);
    }

    /// Sends an event that is not kept.
    pub fn ephemeral(&self, topic: Topic, audience: Option<ChatId>, event: Event) {
        self.publish(Arc::new(Delivery::new(topic, None, audience, event)));
    }

    /// Sends somebody's presence to each of these topics, except to crowds, also where the subscription
    /// of another node is still on its way.
    pub(super) fn tell_presence(&self, topics: Vec<Topic>, event: Event) {
        self.0.hand_out(&topics, &event);
        self.0.bus.tell(Word::Told { topics, event: Box::new(event) });
    }

    /// A commit whose outcome is unknown may have left events in the log.
    pub fn nudge(&self, topic: Topic) {
        self.0.hub.nudge(topic);
        self.0.bus.tell(Word::Look(vec![topic]));
    }

    /// The name of the log that this node reads and writes; see [`stream::epoch`].
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn epoch(&self) -> ApiResult<String> {
        let known = self.0.epoch.borrow().clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let asked = stream::epoch(&mut *self.0.db.conn().await?).await?;
        // Who asked later knows better.
        let mut epoch = String::new();
        self.0.epoch.send_if_modified(|known| {
            epoch.clone_from(known.get_or_insert(asked));
            false
        });
        Ok(epoch)
    }

    /// Looks whether another database took the place of this one: a replica that was promoted, a copy that
    /// was restored. What this node and its clients know of numbers then means nothing, so its sockets end
    /// and come back. Returns whether they do.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn check_log(&self) -> ApiResult<bool> {
        let epoch = stream::epoch(&mut *self.0.db.conn().await?).await?;
        let before = self.0.epoch.send_replace(Some(epoch.clone()));
        let is_other = before.is_some_and(|before| before != epoch);
        if is_other {
            self.0.hub.begin_anew();
        }
        Ok(is_other)
    }

    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    #[must_use]
    pub fn directory(&self) -> &Arc<dyn Directory> {
        &self.0.directory
    }

    /// What is looked up for many sockets at once.
    #[must_use]
    pub fn lookups(&self) -> &Lookups {
        &self.0.lookups
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

    /// Waits for a turn to ask the database, which lasts until it is dropped. Sockets that come back all
    /// at once take half of the connections; the others stay free for requests.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        turn_of(&self.0.turns).await
    }

    /// Waits for a turn to say hello, which lasts until it is dropped. Whoever has one may wait for
    /// [`Live::turn`], never the other way round.
    pub async fn arrival(&self) -> Option<OwnedSemaphorePermit> {
        turn_of(&self.0.arrivals).await
    }

    /// Counts an open socket until the guard is dropped.
    #[must_use]
    pub fn count_socket(&self) -> OpenSocket {
        self.0.open_sockets.fetch_add(1, Ordering::Relaxed);
        OpenSocket(self.clone())
    }

    pub(super) fn places(&self) -> &Places {
        &self.0.places
    }

    /// Sockets open on this node.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.0.open_sockets.load(Ordering::Relaxed)
    }

    /// Asks every socket to close with 1001, and tells the other nodes.
    pub fn shut_down(&self) {
        // They must know whom they will miss.
        self.tell_people();
        self.0.bus.tell(Word::Bye);
        self.0.shutdown.send_replace(true);
    }

    /// Turns `true` once the node shuts down.
    #[must_use]
    pub fn shutdown(&self) -> watch::Receiver<bool> {
        self.0.shutdown.subscribe()
    }
}

impl Inner {
    fn hand_out(&self, topics: &[Topic], event: &Event) {
        let crowd = |topic| if matches!(topic, Topic::Space(_)) { CROWD } else { usize::MAX };
        let hears = |topic| (1..=crowd(topic)).contains(&self.hub.listeners(topic));
        for topic in topics.iter().filter(|topic| hears(**topic)) {
            self.hub.receive(Arc::new(Delivery::new(*topic, None, None, event.clone())));
        }
    }
}

impl Receiver for Inner {
    fn receive(&self, delivery: Arc<Delivery>) {
        self.hub.receive(delivery);
    }

    fn look(&self, topics: Option<Vec<Topic>>) {
        let Some(topics) = topics else { return self.look.notify_one() };
        let hub = self.hub.clone();
        tokio::spawn(async move {
            kept(|| async {
                while let Err(error) = hub.catch_up(&topics).await {
                    error.log();
                    tokio::time::sleep(AGAIN).await;
                }
            })
            .await;
        });
    }

    fn hear(&self, from: NodeId, word: Word) {
        match word {
            Word::Revoked(sessions) => {
                if let Some(tell) = self.on_revoked.get() {
                    tell(sessions);
                }
            }
            Word::Told { topics, event } => self.hand_out(&topics, &event),
            Word::People(people) => self.presences.hear(from, people),
            Word::Here | Word::Bye | Word::Look(_) => {}
        }
    }

    fn welcome(&self) {
        self.presences.repeat();
    }

    fn miss(&self, node: NodeId, is_first: bool) {
        self.presences.miss(node, is_first);
    }
}

async fn turn_of(turns: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    // Nobody waits without end; and nobody closes the semaphore.
    tokio::time::timeout(TURN, turns.clone().acquire_owned()).await.ok()?.ok()
}

/// Looks every two seconds whether another database took over, and every ten what programs beside the
/// servers wrote about people, for ever.
pub async fn watch_log(live: Live) {
    let mut looked = Instant::now();
    loop {
        tokio::time::sleep(CHECK).await;
        let looks = async {
            if live.check_log().await? {
                tracing::warn!("another database took over: all sockets begin anew");
            }
            if looked.elapsed() >= LOOK_AT_PEOPLE {
                looked = Instant::now();
                let topics = live.hub().topics().into_iter();
                let people: Vec<_> = topics.filter(|t| matches!(t, Topic::User(_))).collect();
                live.hub().catch_up(&people).await?;
            }
            ApiResult::Ok(())
        };
        // Requests tell of it.
        if let Err(error) = looks.await {
            tracing::debug!(%error, "the log cannot be looked at");
        }
    }
}

/// One look at the whole log at a time, however often it was asked for.
async fn look_when_asked(inner: Weak<Inner>) {
    loop {
        let Some(strong) = inner.upgrade() else { return };
        let asked = tokio::time::timeout(AGAIN, strong.look.notified()).await.is_ok();
        if asked && let Err(error) = strong.hub.catch_up(&strong.hub.topics()).await {
            error.log();
            strong.look.notify_one();
            drop(strong);
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// See [`Live::count_socket`].
pub struct OpenSocket(Live);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.open_sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

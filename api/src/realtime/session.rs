//! One socket: hello, subscriptions, resume, commands, and the reasons to close it.

mod commands;
mod deliver;
mod hello;

use crate::app::App;
use crate::error::ApiError;
use crate::http::current_user::CurrentUser;
use crate::realtime::command::Commands;
use crate::realtime::guard::Tripped;
use crate::realtime::hub::SocketId;
use crate::realtime::outbox::{Interrupted, Outbox};
use crate::realtime::places::Entered;
use crate::realtime::presence::Chosen;
use crate::realtime::socket::WaitingSocket;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason};
use bytestring::ByteString;
use rand::Rng as _;
use shared::Timestamp;
use shared::event::close;
use shared::identity::UserRef;
use shared::ids::{ChatId, RoleId, SpaceId};
use shared::text::Lang;
use shared::topic::Topic;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::time::{sleep_until, timeout};

/// The first frame must come within this.
const HELLO_TIME: Duration = Duration::from_secs(5);
/// A frame that the peer does not take within this ends the socket.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// Sockets are pinged so far apart, those due within it together. As many as that are a pause of some
/// milliseconds on a full node.
const BEAT: Duration = Duration::from_millis(100);

/// Why a socket ends.
#[derive(Debug)]
enum End {
    /// The peer is gone: nothing to say.
    Gone,
    /// Say why and close.
    Close(u16, String),
}

impl End {
    fn close(code: u16) -> Self {
        Self::Close(code, String::new())
    }

    fn too_slow(why: &str) -> Self {
        Self::Close(close::TOO_SLOW, why.to_owned())
    }
}

/// See the module.
pub struct Session {
    app: App,
    table: Commands,
    sink: actix_ws::Session,
    tripped: Tripped,
    lang: Lang,
    id: SocketId,
    outbox: Outbox,
    /// Its place among the sockets of the account, once that is known.
    place: Option<Entered>,
    /// The last `seq` sent of each topic that is heard.
    cursors: HashMap<Topic, i64>,
    rooms: HashSet<ChatId>,
    /// The peer, once others may see that he is here.
    present: Option<UserRef>,
    /// The chats of the peer's spaces that he may not see.
    hidden: HashSet<ChatId>,
    /// When to look again at what he may see: a restriction ends.
    hidden_until: Option<Timestamp>,
    /// Whether the peer's cursors are of this log.
    same_log: bool,
    /// The peer's role in each of his spaces.
    roles: HashMap<SpaceId, RoleId>,
    last_heard: Instant,
    next_ping: Instant,
    /// When the latest commands came.
    recent: VecDeque<Instant>,
    strikes: u8,
}

/// What hello brings.
struct Greeted {
    peer: CurrentUser,
    card: UserRef,
    /// What he lets others see, read after then.
    chosen: (Chosen, Timestamp),
}

impl Session {
    #[must_use]
    pub fn new(app: App, table: Commands, sink: actix_ws::Session, tripped: Tripped) -> Self {
        let id = app.live.next_socket();
        Self {
            app,
            table,
            sink,
            tripped,
            lang: Lang::En,
            id,
            outbox: Outbox::default(),
            place: None,
            cursors: HashMap::new(),
            rooms: HashSet::new(),
            present: None,
            hidden: HashSet::new(),
            hidden_until: None,
            same_log: true,
            roles: HashMap::new(),
            last_heard: Instant::now(),
            next_ping: Instant::now(),
            recent: VecDeque::new(),
            strikes: 0,
        }
    }

    /// Errors of commands come in this language.
    #[must_use]
    pub fn speaking(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    /// Lives until one side ends it.
    pub async fn run(&mut self, stream: &mut AggregatedMessageStream, place: WaitingSocket) {
        let _open = self.app.live.count_socket();
        let mut shutdown = self.app.live.shutdown();
        let hello = tokio::select! {
            biased;
            _ = shutdown.wait_for(|down| *down) => Err(come_back()),
            // On the heap, and gone after: what waits is a small part of what a socket goes through.
            hello = Box::pin(self.hello(stream, place)) => hello,
        };
        let end = match hello {
            Ok(Greeted { mut peer, card, chosen: (chosen, at) }) => {
                self.app.live.appear(peer.id, self.id, chosen, at);
                self.present = Some(card);
                let end = self.serve(&mut peer, stream).await;
                self.leave();
                end
            }
            Err(end) => end,
        };
        self.leave();
        if let End::Close(code, text) = end {
            self.close(code, text).await;
        }
    }

    /// Ends after a panic: the peer comes back and resumes.
    pub async fn broke(&mut self, error: &ApiError) {
        error.log();
        self.leave();
        self.close(close::BROKEN, String::new()).await;
    }

    async fn close(&self, code: u16, text: String) {
        metrics::counter!("sockets_closed", "code" => code.to_string()).increment(1);
        let description = (!text.is_empty()).then_some(text);
        let reason = CloseReason { code: CloseCode::from(code), description };
        let close = self.sink.clone().close(Some(reason));
        let _ = timeout(Duration::from_secs(1), close).await;
    }

    /// Hears nothing any more and is not there any more.
    fn leave(&mut self) {
        let topics: Vec<Topic> = self.cursors.keys().copied().collect();
        for topic in topics {
            self.drop_topic(topic);
        }
        if let Some(user) = self.present.take() {
            self.app.live.disappear(user.id, self.id);
        }
        self.place = None;
    }

    async fn serve(&mut self, peer: &mut CurrentUser, stream: &mut AggregatedMessageStream) -> End {
        let mut shutdown = self.app.live.shutdown();
        let outbox = self.outbox.clone();
        self.next_ping = Instant::now();
        loop {
            let step = tokio::select! {
                biased;
                _ = shutdown.wait_for(|down| *down) => Err(come_back()),
                // One timer for all that has its time, and whatever takes long on the heap: most
                // sockets wait here for most of their lives.
                () = sleep_until(self.next_turn(peer)) => Box::pin(self.turn(peer)).await,
                delivery = outbox.next() => match delivery {
                    Ok(delivery) => Box::pin(self.deliver(peer, delivery)).await,
                    Err(Interrupted::Ended(why)) => Err(End::too_slow(why)),
                    Err(Interrupted::Anew) => Err(come_back()),
                    Err(Interrupted::Called) => Box::pin(self.ping()).await,
                },
                message = stream.recv() => Box::pin(self.hear(peer, message)).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// When something is due even if nobody says anything.
    fn next_turn(&self, peer: &CurrentUser) -> tokio::time::Instant {
        let gone = self.last_heard + self.app.config.stream.silence();
        let look = self.hidden_until.map_or(gone.into(), instant);
        instant(peer.expires_at).min(self.next_ping.min(gone).into()).min(look)
    }

    /// Does what is due.
    async fn turn(&mut self, peer: &CurrentUser) -> Result<(), End> {
        let (now, stream) = (Instant::now(), &self.app.config.stream);
        if is_past(peer.expires_at) {
            return Err(End::close(close::UNAUTHENTICATED));
        }
        if now >= self.last_heard + stream.silence() {
            return Err(End::Gone);
        }
        if now >= self.next_ping {
            self.next_ping = together(now + stream.heartbeat);
            self.ping().await?;
        }
        if self.hidden_until.is_some_and(is_past) {
            return self.look_again(peer).await;
        }
        Ok(())
    }

    async fn hear(
        &mut self,
        peer: &mut CurrentUser,
        message: Option<Result<AggregatedMessage, actix_ws::ProtocolError>>,
    ) -> Result<(), End> {
        self.last_heard = Instant::now();
        if let Some(place) = &self.place {
            place.heard();
        }
        match message {
            Some(Ok(AggregatedMessage::Text(text))) => self.command(peer, &text).await,
            // Pings cost us an answer: they count like commands.
            Some(Ok(AggregatedMessage::Ping(bytes))) => match self.too_many() {
                Some(_) => self.strike(),
                None => self.pong(&bytes).await,
            },
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            other => Err(self.unexpected(other)),
        }
    }

    /// What to answer to anything that is not text, ping or pong.
    fn unexpected(
        &self,
        message: Option<Result<AggregatedMessage, actix_ws::ProtocolError>>,
    ) -> End {
        self.tripped.close_code(message.as_ref()).map_or(End::Gone, End::close)
    }

    async fn ping(&mut self) -> Result<(), End> {
        taken(self.sink.ping(b"")).await?;
        if let Some(place) = &self.place {
            place.asked();
        }
        Ok(())
    }

    async fn pong(&mut self, bytes: &[u8]) -> Result<(), End> {
        taken(self.sink.pong(bytes)).await
    }

    async fn send(&mut self, text: ByteString) -> Result<(), End> {
        taken(self.sink.text(text)).await
    }

    async fn send_error(&mut self, id: Option<&str>, error: &ApiError) -> Result<(), End> {
        error.log();
        let request_id = uuid::Uuid::now_v7().simple().to_string();
        let problem = error.problem(self.lang, "/api/v1/ws", &request_id);
        let frame = serde_json::json!({"type": "error", "id": id, "error": problem});
        self.send(frame.to_string().into()).await
    }
}

impl Drop for Session {
    /// However it ended: a socket that is gone must not be subscribed for ever.
    fn drop(&mut self) {
        self.leave();
    }
}

/// Waits until a frame is on its way, unless the peer stopped reading.
async fn taken(frame: impl Future<Output = Result<(), actix_ws::Closed>>) -> Result<(), End> {
    match timeout(WRITE_TIME, frame).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::too_slow("a frame was not taken")),
    }
}

/// A time as timers know it; what is past is now.
fn instant(at: Timestamp) -> tokio::time::Instant {
    tokio::time::Instant::now() + (at - chrono::Utc::now()).to_std().unwrap_or_default()
}

/// The next beat of all sockets of this process. Their pings and answers come together: to wake up for each
/// costs several times what it does.
fn together(at: Instant) -> Instant {
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    let since = at.saturating_duration_since(*FIRST).as_millis();
    let beats = since.div_ceil(BEAT.as_millis()) as u32;
    *FIRST + BEAT * beats
}

fn is_past(at: Timestamp) -> bool {
    at <= chrono::Utc::now()
}

/// Everybody comes back at his own moment.
fn come_back() -> End {
    let pause = rand::rng().random_range(500..5000);
    End::Close(close::SHUTTING_DOWN, format!("{{\"retry_ms\":{pause}}}"))
}

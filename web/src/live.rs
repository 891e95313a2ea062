//! The socket: events of the server into the stores, and the way back after every break.

pub mod apply;
mod reader;
pub mod resume;
pub mod socket;

use crate::api::client;
use crate::boot;
use crate::state::{
    Categories, Chats, Expression, Messages, Notices, Outbox, People, Session, Settings, Spaces,
    Threads, Typing,
};
use gloo_timers::callback::{Interval, Timeout};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use reader::Reader;
use resume::Cursors;
use shared::command::{Command, CommandFrame, Heartbeat, Hello, JoinRoom, Reauthenticate, Room};
use shared::event::{Connected, JoinedRoom, ServerFrame, close};
use shared::ids::{ChatId, SessionId};
use shared::json;
use shared::topic::Topic;
use socket::{News, Socket};
use std::cell::RefCell;
use std::collections::HashMap;

/// How the connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// For the first time, or for less than a moment: nothing to tell the person yet.
    #[default]
    Connecting,
    Online,
    /// Broken; the next attempt is planned or under way.
    Broken,
}

/// The stores that events go to.
#[derive(Clone, Copy)]
pub struct Stores {
    pub session: Session,
    pub settings: Settings,
    pub people: People,
    pub spaces: Spaces,
    pub chats: Chats,
    pub categories: Categories,
    pub threads: Threads,
    pub messages: Messages,
    pub typing: Typing,
    pub outbox: Outbox,
    pub notices: Notices,
    pub expression: Expression,
}

#[derive(Default)]
struct Inner {
    socket: Option<Socket>,
    cursors: Cursors,
    /// Chats that are being joined, by the command's id.
    joining: HashMap<String, ChatId>,
    next_id: u64,
    attempt: u32,
    /// Tokens refused one after the other.
    refused: u32,
    token: String,
    own_session: Option<SessionId>,
    /// Once its code is here.
    reader: Option<Reader>,
    /// What was heard before.
    early: Vec<String>,
    /// Which log the cursors count.
    epoch: Option<String>,
    retry: Option<Timeout>,
    clock: Option<Interval>,
    /// Milliseconds of `Date.now()`.
    last_heard: f64,
    last_beat: f64,
    last_active: f64,
    heartbeat_ms: f64,
}

/// How often the clock looks at token, heartbeat and silence.
const TICK_MS: u32 = 5_000;
/// Who did nothing for so long may be away for others; the server says so after ten minutes.
const IDLE_MS: f64 = 300_000.0;
/// A server that is silent for so long after a heartbeat is gone.
const SILENCE_MS: f64 = 12_000.0;

/// See the module.
#[derive(Clone, Copy)]
pub struct Live {
    pub status: RwSignal<Status>,
    inner: StoredValue<RefCell<Inner>, LocalStorage>,
    stores: Stores,
}

impl Live {
    /// Connects, and stays connected as long as the view that calls this lives.
    #[must_use]
    pub fn start(stores: Stores) -> Self {
        let live = Self {
            status: RwSignal::new(Status::Connecting),
            inner: StoredValue::new_local(RefCell::default()),
            stores,
        };
        live.with(|inner| {
            inner.last_active = js_sys::Date::now();
            inner.clock = Some(Interval::new(TICK_MS, move || live.tick()));
        });
        live.watch_window();
        live.connect();
        live.fetch_reader();
        live
    }

    /// Does something with the inside, unless the view is gone.
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.inner.try_with_value(|inner| act(&mut inner.borrow_mut()))
    }

    fn watch_window(&self) {
        let live = *self;
        let online = window_event_listener(ev::online, move |_| live.come_back());
        let offline = window_event_listener(ev::offline, move |_| live.lost());
        let active = move || {
            let was_idle = live.with(|inner| {
                let now = js_sys::Date::now();
                now - std::mem::replace(&mut inner.last_active, now) > IDLE_MS
            });
            // Others see at once that the person is back.
            if was_idle == Some(true) {
                live.beat();
            }
        };
        let key = window_event_listener(ev::keydown, move |_| active());
        let pointer = window_event_listener(ev::pointerdown, move |_| active());
        let wheel = window_event_listener(ev::wheel, move |_| active());
        let visible = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                active();
                live.come_back();
                live.beat();
            }
        });
        on_cleanup(move || {
            for handle in [online, offline, key, pointer, wheel, visible] {
                handle.remove();
            }
        });
    }

    /// Tries at once instead of waiting for the planned moment.
    pub fn come_back(&self) {
        let is_planned = self.with(|inner| inner.retry.take().is_some()).unwrap_or(false);
        if is_planned {
            self.connect();
        }
    }

    fn connect(&self) {
        let live = *self;
        spawn_local(async move {
            match client::access_token().await {
                Ok(token) => live.dial(token),
                // `client` has ended the session already if it is over.
                Err(error) if client::is_over(&error) => {}
                Err(_) => live.lost(),
            }
        });
    }

    fn dial(&self, token: String) {
        let live = *self;
        let socket = Socket::open(move |news| live.hear(news));
        let opened = self.with(|inner| {
            inner.token = token;
            inner.last_heard = js_sys::Date::now();
            inner.last_beat = inner.last_heard;
            inner.socket = socket;
            inner.socket.is_some()
        });
        if opened == Some(false) {
            self.lost();
        }
    }

    fn hear(&self, news: News) {
        match news {
            News::Open => {
                let hello = self.with(|inner| {
                    let cursors = inner.cursors.for_hello();
                    let (token, epoch) = (inner.token.clone(), inner.epoch.clone());
                    Command::Hello(Hello { token, cursors, epoch })
                });
                if let Some(hello) = hello {
                    self.send(hello);
                }
            }
            News::Text(text) => self.heard(text),
            News::Closed(code, reason) => self.closed(code, &reason),
        }
    }

    fn take(&self, frame: ServerFrame) {
        match frame {
            ServerFrame::Connected(connected) => self.connected(*connected),
            ServerFrame::JoinedRoom { id, data } => self.joined(&id, data),
            ServerFrame::Ack { .. } | ServerFrame::Error { id: None, .. } => {}
            // Not joined: fetching the history says why.
            ServerFrame::Error { id: Some(id), .. } => self.answered(&id, false),
            ServerFrame::Event(frame) => {
                let verdict = self.with(|inner| inner.cursors.advance(frame.topic, frame.seq));
                if let Some(verdict) = verdict {
                    self.event(&frame, verdict);
                }
            }
        }
    }

    fn connected(&self, connected: Connected) {
        let Connected { session_id, heartbeat_seconds, epoch, topics, .. } = connected;
        let missed: Vec<Topic> = self
            .with(|inner| {
                inner.attempt = 0;
                inner.refused = 0;
                inner.own_session = Some(session_id);
                inner.epoch = Some(epoch);
                inner.heartbeat_ms = heartbeat_seconds.max(5) as f64 * 1_000.0;
                let mut missed = Vec::new();
                for (topic, state) in topics {
                    if !state.recovered {
                        inner.cursors.set(topic, state.seq);
                        missed.push(topic);
                    }
                }
                missed
            })
            .unwrap_or_default();
        self.status.set(Status::Online);
        // What was asked for before this may lack what no event will tell any more.
        boot::forget();
        self.catch_up(&missed);
        for (chat, cursor) in self.stores.messages.cursors() {
            self.join(chat, cursor);
        }
        self.stores.outbox.flush();
    }

    /// Hears a chat from now on; when it was heard before, from `after` on.
    pub fn join(&self, chat: ChatId, after: Option<i64>) {
        let join = Command::JoinRoom(JoinRoom { chat_id: chat, after_seq: after });
        // Nobody reads the answer yet: as if not connected.
        let hears = self.with(|inner| inner.reader.is_some()) == Some(true);
        match hears.then(|| self.send(join)).flatten() {
            Some(id) => drop(self.with(|inner| inner.joining.insert(id, chat))),
            // Not connected: show what the server has; joining follows.
            None => self.entered(chat, false),
        }
    }

    /// Stops hearing a chat.
    pub fn leave(&self, chat: ChatId) {
        self.with(|inner| inner.cursors.forget(Topic::Chat(chat)));
        self.send(Command::LeaveRoom(Room { chat_id: chat }));
    }

    /// Says that the person is typing.
    pub fn typing(&self, chat: ChatId) {
        self.send(Command::Typing(Room { chat_id: chat }));
    }

    fn joined(&self, id: &str, data: JoinedRoom) {
        if !data.recovered {
            self.with(|inner| inner.cursors.set(Topic::Chat(data.chat_id), data.seq));
            if let Some(room) = self.stores.messages.room(data.chat_id) {
                room.cursor.set(Some(data.seq));
            }
        }
        self.answered(id, data.recovered);
    }

    fn answered(&self, id: &str, recovered: bool) {
        if let Some(chat) = self.with(|inner| inner.joining.remove(id)).flatten() {
            self.entered(chat, recovered);
        }
    }

    fn send(&self, command: Command) -> Option<String> {
        self.with(|inner| {
            inner.next_id += 1;
            let id = format!("c{}", inner.next_id);
            let frame = CommandFrame { id: id.clone(), command };
            let text = serde_json::to_string(&frame).ok()?;
            inner.socket.as_ref()?.send(&text).then_some(id)
        })
        .flatten()
    }

    fn closed(&self, code: u16, reason: &str) {
        let refused = self.with(|inner| {
            inner.refused += u32::from(code == close::UNAUTHENTICATED);
            inner.refused
        });
        match code {
            close::REVOKED => return self.stores.session.revoked(),
            close::UNAUTHENTICATED if refused.unwrap_or(0) > 2 => {
                return self.stores.session.revoked();
            }
            // The token ended while the machine slept: come back with another one.
            close::UNAUTHENTICATED => client::forget(),
            _ => {}
        }
        let asked = json::value(reason)
            .ok()
            .and_then(|reason| reason.get("retry_ms")?.as_u64())
            .and_then(|ms| u32::try_from(ms).ok());
        self.come_back_later(asked);
    }

    fn lost(&self) {
        self.come_back_later(None);
    }

    fn come_back_later(&self, asked: Option<u32>) {
        let live = *self;
        let joining = self.with(|inner| {
            inner.socket = None;
            inner.early.clear();
            let pause =
                asked.unwrap_or_else(|| resume::pause(inner.attempt, js_sys::Math::random()));
            inner.attempt += 1;
            inner.retry = Some(Timeout::new(pause, move || {
                live.with(|inner| inner.retry = None);
                live.connect();
            }));
            std::mem::take(&mut inner.joining)
        });
        let Some(joining) = joining else { return };
        self.status.set(Status::Broken);
        for chat in joining.into_values() {
            self.entered(chat, false);
        }
    }

    fn tick(&self) {
        let now = js_sys::Date::now();
        let (is_due, is_silent) = self
            .with(|inner| {
                let is_open = inner.socket.is_some();
                let is_due = is_open && now - inner.last_beat >= inner.heartbeat_ms - 5_000.0;
                // No answer to the last heartbeat.
                let is_silent = is_open
                    && inner.last_beat > inner.last_heard
                    && now - inner.last_beat > SILENCE_MS;
                (is_due, is_silent)
            })
            .unwrap_or_default();
        if is_silent {
            return self.lost();
        }
        if is_due && self.status.get_untracked() == Status::Online {
            self.beat();
            // Of a server that had no room for them nobody tells when it has.
            self.stores.outbox.flush();
        }
        self.renew_token();
    }

    fn beat(&self) {
        let now = js_sys::Date::now();
        let active = self.with(|inner| {
            let active = inner.last_active > inner.last_beat;
            inner.last_beat = now;
            active
        });
        self.send(Command::Heartbeat(Heartbeat { active: active.unwrap_or(false) }));
    }

    /// A fresh token before the old one ends keeps the socket.
    fn renew_token(&self) {
        if self.status.try_get_untracked() != Some(Status::Online) {
            return;
        }
        let live = *self;
        spawn_local(async move {
            let Ok(token) = client::access_token().await else { return };
            let is_new = live.with(|inner| {
                let is_new = inner.token != token;
                inner.token.clone_from(&token);
                is_new
            });
            if is_new == Some(true) {
                live.send(Command::Reauthenticate(Reauthenticate { token }));
            }
        });
    }
}

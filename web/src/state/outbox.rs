//! Messages on their way to the server.
//!
//! Kept in local storage until the server has them, so a reload or a lost network loses nothing. Each
//! has a nonce: sent twice, it is still one message. Those of one chat go in order.

use super::{Place, Session, storage};
use crate::api::chat as api;
use crate::api::{ApiError, ApiResult};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::Timestamp;
use shared::chat::{Message, ReplyPreview, SendMessage};
use shared::expression::Sticker;
use shared::files::Attachment;
use shared::ids::{ChatId, MessageId, UserId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How a message on its way stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Delivery {
    /// Goes as soon as it can.
    #[default]
    Waiting,
    /// The server refused it: the person decides.
    Refused(ApiError),
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    pub chat_id: ChatId,
    pub nonce: String,
    pub content: String,
    #[serde(default)]
    pub reply_to: Option<ReplyPreview>,
    /// The thread it goes into.
    #[serde(default)]
    pub thread_root: Option<MessageId>,
    /// Uploaded already.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    #[serde(default)]
    pub sticker: Option<Sticker>,
    #[serde(with = "shared::millis")]
    pub written_at: Timestamp,
    #[serde(skip)]
    pub delivery: Delivery,
}

impl Outgoing {
    /// Where it goes.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { chat: self.chat_id, thread: self.thread_root }
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Outbox {
    waiting: RwSignal<HashMap<Place, Vec<Outgoing>>>,
    /// Places whose first message is being sent.
    busy: StoredValue<HashSet<Place>>,
    owner: UserId,
    on_stored: StoredValue<Option<Callback<Message>>>,
}

impl Outbox {
    /// Takes up what an earlier visit of the same person left.
    #[must_use]
    pub fn start(session: Session) -> Self {
        let owner = untrack(|| session.user_id()).unwrap_or(UserId(Uuid::nil()));
        let mut waiting: HashMap<Place, Vec<Outgoing>> = HashMap::new();
        for outgoing in kept(owner) {
            waiting.entry(outgoing.place()).or_default().push(outgoing);
        }
        Self {
            waiting: RwSignal::new(waiting),
            busy: StoredValue::default(),
            owner,
            on_stored: StoredValue::new(None),
        }
    }

    /// What to do with a message that the server has taken.
    pub fn on_stored(&self, act: Callback<Message>) {
        self.on_stored.set_value(Some(act));
    }

    /// The messages on their way to a place, oldest first, reactively.
    #[must_use]
    pub fn of(&self, place: Place) -> Vec<Outgoing> {
        self.waiting.with(|all| all.get(&place).cloned()).unwrap_or_default()
    }

    /// Follows every change.
    pub fn track(&self) {
        self.waiting.track();
    }

    /// How many messages wait for the network, reactively.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.with(|all| all.values().map(Vec::len).sum())
    }

    /// Puts a message on its way.
    pub fn send(
        &self,
        place: Place,
        content: String,
        reply_to: Option<ReplyPreview>,
        attachments: Vec<Attachment>,
        sticker: Option<Sticker>,
    ) {
        let outgoing = Outgoing {
            chat_id: place.chat,
            thread_root: place.thread,
            nonce: Uuid::now_v7().to_string(),
            content,
            reply_to,
            attachments,
            sticker,
            written_at: chrono::Utc::now(),
            delivery: Delivery::Waiting,
        };
        keep(self.owner, &outgoing);
        self.waiting.update(|all| all.entry(place).or_default().push(outgoing));
        self.work(place);
    }

    /// Tries everything that waits; for when the network is back.
    pub fn flush(&self) {
        let places: Vec<Place> = self.waiting.with_untracked(|all| all.keys().copied().collect());
        for place in places {
            self.work(place);
        }
    }

    /// Tries a refused message again.
    pub fn retry(&self, place: Place, nonce: &str) {
        self.change(place, nonce, |outgoing| outgoing.delivery = Delivery::Waiting);
        self.work(place);
    }

    /// Gives a message up. Returns what it was.
    pub fn discard(&self, place: Place, nonce: &str) -> Option<Outgoing> {
        self.take(place, nonce)
    }

    /// The server has this message: it is no longer on its way.
    pub fn arrived(&self, place: Place, nonce: &str) {
        self.take(place, nonce);
    }

    fn take(&self, place: Place, nonce: &str) -> Option<Outgoing> {
        let is_here = self.waiting.with_untracked(|all| {
            all.get(&place).is_some_and(|list| list.iter().any(|o| o.nonce == nonce))
        });
        if !is_here {
            return None;
        }
        forget(self.owner, nonce);
        let mut taken = None;
        self.waiting.update(|all| {
            if let Some(list) = all.get_mut(&place) {
                if let Some(at) = list.iter().position(|outgoing| outgoing.nonce == nonce) {
                    taken = Some(list.remove(at));
                }
                if list.is_empty() {
                    all.remove(&place);
                }
            }
        });
        taken
    }

    fn change(&self, place: Place, nonce: &str, edit: impl FnOnce(&mut Outgoing)) {
        self.waiting.update(|all| {
            let list = all.get_mut(&place);
            if let Some(outgoing) =
                list.and_then(|list| list.iter_mut().find(|outgoing| outgoing.nonce == nonce))
            {
                edit(outgoing);
            }
        });
    }

    /// Sends the chat's messages one after the other, unless that is already under way.
    fn work(&self, place: Place) {
        if !self.busy.try_update_value(|busy| busy.insert(place)).unwrap_or(false) {
            return;
        }
        let outbox = *self;
        spawn_local(async move {
            let mut failures = 0;
            while let Some(outgoing) = outbox.next(place) {
                match send(&outgoing).await {
                    Ok(message) => {
                        failures = 0;
                        outbox.stored(message, &outgoing.nonce);
                    }
                    Err(error) if error.is_temporary() && failures < 5 => {
                        failures += 1;
                        TimeoutFuture::new(pause(failures, &error)).await;
                    }
                    // The next heartbeat or connection tries again.
                    Err(error) if error.is_temporary() => break,
                    Err(error) => outbox.change(place, &outgoing.nonce, |outgoing| {
                        outgoing.delivery = Delivery::Refused(error);
                    }),
                }
                if outbox.busy.is_disposed() {
                    return;
                }
            }
            outbox.busy.try_update_value(|busy| busy.remove(&place));
        });
    }

    fn next(&self, place: Place) -> Option<Outgoing> {
        let first = |list: &Vec<Outgoing>| {
            list.iter().find(|outgoing| outgoing.delivery == Delivery::Waiting).cloned()
        };
        self.waiting.try_with_untracked(|all| all.get(&place).and_then(first)).flatten()
    }

    fn stored(&self, message: Message, nonce: &str) {
        let place = Place::of(&message);
        if let Some(on_stored) = self.on_stored.try_get_value().flatten() {
            on_stored.run(message);
        }
        if !self.waiting.is_disposed() {
            self.arrived(place, nonce);
        } else {
            forget(self.owner, nonce);
        }
    }
}

async fn send(outgoing: &Outgoing) -> ApiResult<Message> {
    let body = SendMessage {
        content: outgoing.content.clone(),
        nonce: outgoing.nonce.clone(),
        reply_to: outgoing.reply_to.as_ref().map(|reply| reply.id),
        thread_root: outgoing.thread_root,
        attachment_ids: outgoing.attachments.iter().map(|file| file.id).collect(),
        sticker_id: outgoing.sticker.as_ref().map(|sticker| sticker.id),
        forward_of: None,
    };
    api::send_message(outgoing.chat_id, &body).await
}

/// How long to wait before the next attempt, in milliseconds.
fn pause(failures: u32, error: &ApiError) -> u32 {
    let asked = match error {
        ApiError::Problem(problem) => problem.retry_after,
        _ => None,
    };
    match asked {
        Some(seconds) => u32::try_from(seconds.min(60)).unwrap_or(60) * 1_000,
        None => 500 << failures.min(5),
    }
}

/// As [`super::drafts::forget`].
pub fn clear(owner: UserId) {
    storage::clear(&prefix(owner));
}

fn prefix(owner: UserId) -> String {
    format!("outbox.{owner}.")
}

/// What is kept of a person, oldest first: a nonce begins with its time.
fn kept(owner: UserId) -> Vec<Outgoing> {
    let names = storage::names(&prefix(owner));
    let mut found: Vec<Outgoing> = names.iter().filter_map(|name| storage::load(name)).collect();
    found.sort_by(|a, b| a.nonce.cmp(&b.nonce));
    found
}

fn keep(owner: UserId, outgoing: &Outgoing) {
    storage::save(&(prefix(owner) + &outgoing.nonce), outgoing);
}

fn forget(owner: UserId, nonce: &str) {
    storage::remove(&(prefix(owner) + nonce));
}

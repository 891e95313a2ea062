//! Messages on their way to the server.
//!
//! Kept in local storage until the server has them, so a reload or a lost network loses nothing. Each
//! has a nonce: sent twice, it is still one message. Those of one chat go in order.

use super::Session;
use crate::api::chat as api;
use crate::api::{ApiError, ApiResult};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::Timestamp;
use shared::chat::{Message, ReplyPreview, SendMessage};
use shared::ids::{ChatId, UserId};
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
    #[serde(with = "shared::millis")]
    pub written_at: Timestamp,
    #[serde(skip)]
    pub delivery: Delivery,
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Outbox {
    waiting: RwSignal<HashMap<ChatId, Vec<Outgoing>>>,
    /// Chats whose first message is being sent.
    busy: StoredValue<HashSet<ChatId>>,
    owner: UserId,
    on_stored: StoredValue<Option<Callback<Message>>>,
}

impl Outbox {
    /// Takes up what an earlier visit of the same person left.
    #[must_use]
    pub fn start(session: Session) -> Self {
        let owner = untrack(|| session.user_id()).unwrap_or(UserId(Uuid::nil()));
        let mut waiting: HashMap<ChatId, Vec<Outgoing>> = HashMap::new();
        for outgoing in kept(owner) {
            waiting.entry(outgoing.chat_id).or_default().push(outgoing);
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

    /// The messages on their way to a chat, oldest first, reactively.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> Vec<Outgoing> {
        self.waiting.with(|all| all.get(&chat).cloned()).unwrap_or_default()
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
    pub fn send(&self, chat_id: ChatId, content: String, reply_to: Option<ReplyPreview>) {
        let outgoing = Outgoing {
            chat_id,
            nonce: Uuid::now_v7().to_string(),
            content,
            reply_to,
            written_at: chrono::Utc::now(),
            delivery: Delivery::Waiting,
        };
        keep(self.owner, &outgoing);
        self.waiting.update(|all| all.entry(chat_id).or_default().push(outgoing));
        self.work(chat_id);
    }

    /// Tries everything that waits; for when the network is back.
    pub fn flush(&self) {
        let chats: Vec<ChatId> = self.waiting.with_untracked(|all| all.keys().copied().collect());
        for chat in chats {
            self.work(chat);
        }
    }

    /// Tries a refused message again.
    pub fn retry(&self, chat: ChatId, nonce: &str) {
        self.change(chat, nonce, |outgoing| outgoing.delivery = Delivery::Waiting);
        self.work(chat);
    }

    /// Gives a message up. Returns its text.
    pub fn discard(&self, chat: ChatId, nonce: &str) -> Option<String> {
        self.take(chat, nonce).map(|outgoing| outgoing.content)
    }

    /// The server has this message: it is no longer on its way.
    pub fn arrived(&self, chat: ChatId, nonce: &str) {
        self.take(chat, nonce);
    }

    fn take(&self, chat: ChatId, nonce: &str) -> Option<Outgoing> {
        let is_here = self.waiting.with_untracked(|all| {
            all.get(&chat).is_some_and(|list| list.iter().any(|o| o.nonce == nonce))
        });
        if !is_here {
            return None;
        }
        forget(self.owner, nonce);
        let mut taken = None;
        self.waiting.update(|all| {
            if let Some(list) = all.get_mut(&chat) {
                if let Some(at) = list.iter().position(|outgoing| outgoing.nonce == nonce) {
                    taken = Some(list.remove(at));
                }
                if list.is_empty() {
                    all.remove(&chat);
                }
            }
        });
        taken
    }

    fn change(&self, chat: ChatId, nonce: &str, edit: impl FnOnce(&mut Outgoing)) {
        self.waiting.update(|all| {
            let list = all.get_mut(&chat);
            if let Some(outgoing) =
                list.and_then(|list| list.iter_mut().find(|outgoing| outgoing.nonce == nonce))
            {
                edit(outgoing);
            }
        });
    }

    /// Sends the chat's messages one after the other, unless that is already under way.
    fn work(&self, chat: ChatId) {
        if !self.busy.try_update_value(|busy| busy.insert(chat)).unwrap_or(false) {
            return;
        }
        let outbox = *self;
        spawn_local(async move {
            let mut failures = 0;
            while let Some(outgoing) = outbox.next(chat) {
                match send(&outgoing).await {
                    Ok(message) => {
                        failures = 0;
                        outbox.stored(message, &outgoing.nonce);
                    }
                    Err(error) if error.is_temporary() && failures < 5 => {
                        failures += 1;
                        TimeoutFuture::new(pause(failures, &error)).await;
                    }
                    // The next connection tries again.
                    Err(error) if error.is_temporary() => break,
                    Err(error) => outbox.change(chat, &outgoing.nonce, |outgoing| {
                        outgoing.delivery = Delivery::Refused(error);
                    }),
                }
                if outbox.busy.is_disposed() {
                    return;
                }
            }
            outbox.busy.try_update_value(|busy| busy.remove(&chat));
        });
    }

    fn next(&self, chat: ChatId) -> Option<Outgoing> {
        let first = |list: &Vec<Outgoing>| {
            list.iter().find(|outgoing| outgoing.delivery == Delivery::Waiting).cloned()
        };
        self.waiting.try_with_untracked(|all| all.get(&chat).and_then(first)).flatten()
    }

    fn stored(&self, message: Message, nonce: &str) {
        let chat = message.chat_id;
        if let Some(on_stored) = self.on_stored.try_get_value().flatten() {
            on_stored.run(message);
        }
        if !self.waiting.is_disposed() {
            self.arrived(chat, nonce);
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

fn prefix(owner: UserId) -> String {
    format!("the-space.outbox.{owner}.")
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What is kept of a person, oldest first: a nonce begins with its time.
fn kept(owner: UserId) -> Vec<Outgoing> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = prefix(owner);
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let mut found: Vec<Outgoing> = keys
        .filter(|key| key.starts_with(&prefix))
        .filter_map(|key| serde_json::from_str(&storage.get_item(&key).ok()??).ok())
        .collect();
    found.sort_by(|a, b| a.nonce.cmp(&b.nonce));
    found
}

fn keep(owner: UserId, outgoing: &Outgoing) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(outgoing)) {
        // A full storage: the message is still in memory and on its way.
        drop(storage.set_item(&(prefix(owner) + &outgoing.nonce), &text));
    }
}

fn forget(owner: UserId, nonce: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(&(prefix(owner) + nonce)));
    }
}

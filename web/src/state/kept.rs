//! What the server answered last, kept on this device: the next start shows it at once.
//!
//! It is only a beginning: everything shown from here is fetched anew, and again after the socket is
//! connected. It belongs to one person and goes with the session: logout, revocation, another person.

use leptos::prelude::window;
use serde::de::DeserializeOwned;
use shared::identity::Me;
use shared::ids::{ChatId, UserId};
use shared::json;
use std::cell::Cell;

const PREFIX: &str = "the-space.kept:";
const ME: &str = "me";
/// A longer answer is not kept: local storage holds 5 MB for everything.
const MAX_LENGTH: usize = 1 << 20;
/// Histories: only that of the chat read last is kept.
const HISTORY: &str = "/messages/";

thread_local! {
    /// Who is signed in in this tab; another tab may be ahead.
    static OWNER: Cell<Option<UserId>> = const { Cell::new(None) };
    /// How often something in a history had to be forgotten.
    static FORGOTTEN: Cell<u64> = const { Cell::new(0) };
}

/// When and for whom something was asked for that is to be kept.
#[derive(Clone, Copy)]
pub struct Asked {
    owner: Option<UserId>,
    forgotten: u64,
}

/// Asked for now.
pub fn asked() -> Asked {
    Asked { owner: OWNER.get(), forgotten: FORGOTTEN.get() }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn get<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(&format!("{PREFIX}{name}")).ok()??;
    json::read(&text).ok()
}

fn put(name: &str, text: &str) {
    if let Some(storage) = storage().filter(|_| text.len() <= MAX_LENGTH) {
        // A full or forbidden storage: the next start is slower.
        drop(storage.set_item(&format!("{PREFIX}{name}"), text));
    }
}

/// Removes what has a name that begins so.
fn remove(beginning: &str) {
    names(beginning).iter().for_each(|name| take(name));
}

fn names(beginning: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let beginning = format!("{PREFIX}{beginning}");
    (0..storage.length().unwrap_or(0))
        .filter_map(|at| storage.key(at).ok().flatten())
        .filter(|name| name.starts_with(&beginning))
        .collect()
}

fn take(name: &str) {
    if let Some(storage) = storage() {
        // What can be listed can be removed.
        drop(storage.remove_item(name));
    }
}

/// Who was signed in last and did not sign out.
#[must_use]
pub fn me() -> Option<Me> {
    get(ME)
}

/// Somebody is signed in: what another one left goes.
pub fn belongs_to(me: &Me) {
    if self::me().is_none_or(|last| last.id != me.id) {
        clear();
    }
    OWNER.set(Some(me.id));
    if let Ok(text) = serde_json::to_string(me) {
        put(ME, &text);
    }
}

/// The session is over.
pub fn clear() {
    OWNER.set(None);
    remove("");
}

/// The answer to `GET path` that was kept for this person.
#[must_use]
pub fn answer<T: DeserializeOwned>(owner: UserId, path: &str) -> Option<T> {
    if me()?.id != owner { None } else { get(path) }
}

/// Keeps the answer to `GET path` for whom it was asked for, while he is signed in. A history that was
/// asked for before something was deleted may still have it.
pub fn keep(asked: Asked, path: &str, body: &str) {
    let Asked { owner, forgotten } = asked;
    if owner.is_none() || owner != OWNER.get() || owner != me().map(|me| me.id) {
        return;
    }
    if path.starts_with(HISTORY) {
        if forgotten != FORGOTTEN.get() {
            return;
        }
        remove(HISTORY);
    }
    put(path, body);
}

/// The messages of a chat are not shown again before the server has been asked: one was deleted, or the
/// chat may not be seen any more.
pub fn forget_history(chat: ChatId) {
    FORGOTTEN.set(FORGOTTEN.get() + 1);
    remove(&format!("{HISTORY}{chat}"));
}

/// As [`forget_history`], of every chat that is not one of these.
pub fn keep_histories_of(is_seen: impl Fn(ChatId) -> bool) {
    for name in names(HISTORY) {
        let chat = name.trim_start_matches(PREFIX).trim_start_matches(HISTORY);
        let chat = chat.split('?').next().and_then(|id| id.parse().ok());
        if !chat.is_some_and(&is_seen) {
            take(&name);
        }
    }
}

//! The keys of a conversation, and those that go from chat to chat.

use super::talk::Talk;
use crate::page::Page;
use crate::router::navigate;
use crate::state::{Categories, Chats};
use crate::ui::Anchor;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use shared::ids::{ChatId, SpaceId};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Keys for the open conversation, as long as the view that calls this lives.
pub fn listen(talk: Talk) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        if event.alt_key() || event.ctrl_key() || event.meta_key() || event.key() == "?" {
            return;
        }
        plain(talk, &event);
    });
    on_cleanup(move || handle.remove());
}

/// Keys for the messages of a place.
pub fn plain(talk: Talk, event: &KeyboardEvent) {
    if is_floating(event) {
        return;
    }
    if event.key() == "Escape" {
        return talk.mark_read();
    }
    if is_writing(event) {
        return;
    }
    let current = talk.current.get_untracked();
    match (event.key().as_str(), current) {
        ("r" | "R" | "к" | "К", Some(id)) => talk.reply(id),
        ("t" | "T" | "е" | "Е", Some(id)) if !talk.is_thread() => talk.open_thread_of(id),
        ("e" | "E" | "у" | "У", Some(message)) => {
            let within = if talk.is_thread() { ".thread" } else { ".conversation" };
            let row = format!("{within} [data-id=\"{message}\"]");
            let row = document().query_selector(&row).ok().flatten();
            if let Some(row) = row {
                let anchor = Anchor::of(&row);
                talk.reacting.set(Some(super::talk::At { message, anchor }));
            }
        }
        (key, _) if key.chars().count() == 1 && key != " " && is_idle(event) => {
            // Who just types means the composer; the letter itself follows the keyboard there.
            return talk.focus_composer.update(|n| *n += 1);
        }
        _ => return,
    }
    event.prevent_default();
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Something floats above the page and has the keyboard: its keys are its own.
fn is_floating(event: &KeyboardEvent) -> bool {
    is_within(event, "dialog, [popover]")
}

/// Whether the key was pressed inside of what the selector names.
#[must_use]
pub fn is_within(event: &KeyboardEvent, selector: &str) -> bool {
    target(event).is_some_and(|e| e.closest(selector).ok().flatten().is_some())
}

fn is_writing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|e| {
        e.matches("input, textarea, select").unwrap_or(false)
            || e.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
    })
}

/// Nothing in particular has the keyboard.
fn is_idle(event: &KeyboardEvent) -> bool {
    target(event)
        .is_some_and(|e| e.matches("body, main, .messages__scroller, .row").unwrap_or(false))
}

crate::lazy! {
    live => /// Goes from the chat at `path` to the next or previous one of the sidebar that shows `space`, of
    /// those with something unread if wanted; from elsewhere to the first or last.
    pub fn step(
        stores: (Chats, Categories),
        space: Memo<Option<SpaceId>>,
        path: String,
        is_up: bool,
        is_unread: bool,
    ) -> () {
        // The areas may be gone by now.
        if let Some(space) = space.try_get_untracked() {
            go(stores, space, &path, (is_up, is_unread));
        }
    }
}

fn go(
    (chats, categories): (Chats, Categories),
    space: Option<SpaceId>,
    path: &str,
    (is_up, is_unread): (bool, bool),
) {
    let mut list = untrack(|| in_order(chats, categories, space));
    if is_up {
        list.reverse();
    }
    let open = path.rsplit('/').next().and_then(|id| id.parse::<ChatId>().ok());
    if let Some(at) = list.iter().position(|id| Some(*id) == open) {
        list.rotate_left(at + 1);
        list.pop();
    }
    let is_wanted = |id: &ChatId| {
        !is_unread || chats.peek(*id, |chat| chat.read.unread).is_some_and(|unread| unread > 0)
    };
    if let Some(id) = list.into_iter().find(is_wanted) {
        navigate(&page(space, id).path());
    }
}

/// The chats as the sidebar shows them.
fn in_order(chats: Chats, categories: Categories, space: Option<SpaceId>) -> Vec<ChatId> {
    let Some(space) = space else { return chats.conversations() };
    let all = chats.of_space(space);
    let headings = categories.of(space);
    let is_known = |id| headings.iter().any(|category| category.id == id);
    let loose = all.iter().filter(|(category, _)| category.is_none_or(|id| !is_known(id)));
    let inside = headings
        .iter()
        .flat_map(|heading| all.iter().filter(move |(category, _)| *category == Some(heading.id)));
    loose.chain(inside).map(|(_, id)| *id).collect()
}

/// The page of a chat.
#[must_use]
pub fn page(space: Option<SpaceId>, chat: ChatId) -> Page {
    space.map_or(Page::Direct(chat), |space| Page::Chat(space, chat))
}

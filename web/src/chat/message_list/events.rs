//! What people do with messages: one set of listeners for the whole list.

use crate::chat::reactions;
use crate::chat::talk::{At, Jump, Talk};
use crate::files::audio::{self, Deed};
use crate::i18n::{Key, tr};
use crate::state::layout::Panel;
use crate::stickers::Manage;
use crate::ui::popover::Anchor;
use crate::ui::{Toasts, focus};
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use shared::ids::MessageId;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

const LONG_PRESS: Duration = Duration::from_millis(450);

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn closest(event: &Event, selector: &str) -> Option<Element> {
    target(event)?.closest(selector).ok().flatten()
}

/// The message that an event happened in.
fn message_of(event: &Event) -> Option<MessageId> {
    closest(event, "[data-id]")?.get_attribute("data-id")?.parse().ok()
}

/// The message whose row has the keyboard.
fn focused_message() -> Option<MessageId> {
    let row = focus::active()?.closest("[data-id]").ok().flatten()?;
    row.get_attribute("data-id")?.parse().ok()
}

pub fn click(talk: Talk, event: &MouseEvent) {
    let Some(element) = closest(event, "[data-act]") else { return };
    act(talk, event, &element);
}

fn act(talk: Talk, event: &Event, element: &Element) {
    let attribute = |name: &str| element.get_attribute(name).unwrap_or_default();
    match attribute("data-act").as_str() {
        "react" => {
            if let Some(message) = message_of(event) {
                reactions::toggle(talk, message, attribute("data-emoji"));
            }
        }
        "jump" => {
            if let Ok(seq) = attribute("data-seq").parse() {
                talk.jump.set(Some(Jump::Seq(seq)));
            }
        }
        "versions" => {
            if let Some(message) = message_of(event) {
                talk.versions.set(Some(At { message, anchor: Anchor::of(element) }));
            }
        }
        "picture" => {
            if let Ok(file) = attribute("data-file").parse() {
                talk.view(file);
            }
        }
        "sound-play" => sound(talk, Deed::Play, element),
        "sound-speed" => sound(talk, Deed::Speed, element),
        "thread" => {
            if let Some(message) = message_of(event) {
                talk.open_thread_of(message);
            }
        }
        "pins" => talk.layout.panel.set(Some(Panel::Pins(talk.chat))),
        "calendar" => talk.calendar.set(Some(Anchor::of(element))),
        "retry" => talk.outbox.retry(talk.place, &attribute("data-nonce")),
        "discard" => {
            if let Some(given_up) = talk.outbox.discard(talk.place, &attribute("data-nonce")) {
                talk.uploads.give_back(talk.place, given_up.attachments);
                talk.give_back.set(Some(given_up.content));
            }
        }
        "spoiler" => open_spoiler(element),
        "copy-code" => copy_code(talk, element),
        "sticker" => talk.packs.set(attribute("data-pack").parse().ok().map(Manage::Pack)),
        _ => {}
    }
}

fn sound(talk: Talk, deed: Deed, element: &Element) {
    let element = element.clone();
    leptos::task::spawn_local(async move {
        if audio::perform(deed, element).await.is_err() {
            talk.toasts.failed(tr(Key::AppUnreachable));
        }
    });
}

/// The mark of a sound was moved.
pub fn input(talk: Talk, event: &Event) {
    if let Some(element) = closest(event, ".sound__seek") {
        sound(talk, Deed::Seek, &element);
    }
}

fn open_spoiler(element: &Element) {
    // Constant names: these cannot fail.
    drop(element.set_attribute("data-open", ""));
    for name in ["role", "aria-label", "tabindex", "data-act"] {
        drop(element.remove_attribute(name));
    }
}

fn copy_code(talk: Talk, element: &Element) {
    let code = element
        .closest(".code")
        .ok()
        .flatten()
        .and_then(|frame| frame.query_selector("pre").ok().flatten())
        .and_then(|pre| pre.text_content());
    if let Some(code) = code {
        copy(talk.toasts, code);
    }
}

/// Puts a text on the clipboard and says so.
pub fn copy(toasts: Toasts, text: String) {
    leptos::task::spawn_local(async move {
        let promise = window().navigator().clipboard().write_text(&text);
        let copied = wasm_bindgen_futures::JsFuture::from(promise).await.is_ok();
        if copied {
            toasts.done(tr(Key::ChatCopied));
        } else {
            toasts.failed(tr(Key::ChatNotCopied));
        }
    });
}

pub fn hover(talk: Talk, event: &MouseEvent) {
    if closest(event, ".toolbar").is_some() {
        return;
    }
    set_current(talk, message_of(event));
}

pub fn focus(talk: Talk, event: &FocusEvent) {
    if closest(event, ".toolbar").is_some() {
        return;
    }
    if let Some(row) = closest(event, ".row")
        && row.matches(":focus-visible, :has(:focus-visible)").unwrap_or(false)
    {
        set_current(talk, message_of(event));
    }
}

fn set_current(talk: Talk, message: Option<MessageId>) {
    if talk.current.get_untracked() != message {
        talk.current.set(message);
    }
}

pub fn key(talk: Talk, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let on_button = closest(event, "button, a, input, video, [data-act]").is_some();
    match event.key().as_str() {
        "ArrowUp" | "ArrowDown" if !on_button && step(event) => event.prevent_default(),
        "Enter" | " " if closest(event, "[data-act=spoiler]").is_some() => {
            if let Some(element) = closest(event, "[data-act=spoiler]") {
                event.prevent_default();
                open_spoiler(&element);
            }
        }
        "Enter" if !on_button => {
            if let (Some(message), Some(row)) = (focused_message(), focus::active()) {
                event.prevent_default();
                talk.menu.set(Some(At { message, anchor: Anchor::of(&row) }));
            }
        }
        _ => {}
    }
}

/// Moves the keyboard to the message before or after; from the list itself to the last one seen.
fn step(event: &KeyboardEvent) -> bool {
    let Some(list) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return false;
    };
    let rows = focus::all(&list, ".row[data-id]");
    let down = event.key() == "ArrowDown";
    let active = focus::active().and_then(|a| a.closest(".row").ok().flatten());
    let at = active.and_then(|row| rows.iter().position(|r| r.is_same_node(Some(&row))));
    let next = match at {
        Some(at) if down => rows.get(at + 1),
        Some(at) => at.checked_sub(1).and_then(|at| rows.get(at)),
        None => last_seen(&list, &rows),
    };
    let Some(next) = next else { return false };
    give_focus(&list, next);
    true
}

fn last_seen<'a>(list: &Element, rows: &'a [HtmlElement]) -> Option<&'a HtmlElement> {
    let bottom = list.get_bounding_client_rect().bottom();
    let is_seen = |row: &&HtmlElement| row.get_bounding_client_rect().top() < bottom - 8.0;
    rows.iter().rev().find(is_seen)
}

/// Focus, and as little scrolling as needed to see the row whole.
fn give_focus(list: &Element, row: &HtmlElement) {
    focus::give(row);
    let (frame, rect) = (list.get_bounding_client_rect(), row.get_bounding_client_rect());
    let above = frame.top() - rect.top();
    let below = rect.bottom() - frame.bottom();
    let by = if above > 0.0 { -above } else { below.max(0.0) };
    if by != 0.0 {
        list.scroll_by_with_x_and_y(0.0, by);
    }
}

/// A long press on a touch screen lights the message up; its menu opens when the finger leaves, since
/// the browser closes whatever opened under the finger.
pub fn press(talk: Talk, event: &PointerEvent) {
    if event.pointer_type() != "touch" || closest(event, "button, a, .spoiler").is_some() {
        return;
    }
    let Some(message) = message_of(event) else { return };
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let anchor = Anchor { left: x, top: y, width: 0.0, height: 0.0 };
    let hold = move || {
        let _was_there = talk.held.try_set_value(Some(At { message, anchor }));
        talk.lit.set(talk.entry(message).map(|entry| entry.message.seq));
    };
    let Ok(timer) = set_timeout_with_handle(hold, LONG_PRESS) else { return };
    cancel(talk);
    talk.pressing.set_value(Some(timer));
}

/// A finger that moves scrolls.
pub fn moved(talk: Talk, event: &PointerEvent) {
    if event.pointer_type() == "touch" && event.movement_x().abs() + event.movement_y().abs() > 4 {
        cancel(talk);
    }
}

/// The finger left.
pub fn release(talk: Talk) {
    let held = talk.held.try_update_value(Option::take).flatten();
    cancel(talk);
    if held.is_some() {
        talk.lit.set(None);
        // After the browser is done with this touch, which closes what floats.
        request_animation_frame(move || {
            let _was_there = talk.menu.try_set(held);
        });
    }
}

/// Whatever ends or moves the touch before its time is not a long press.
pub fn cancel(talk: Talk) {
    talk.held.set_value(None);
    if let Some(timer) = talk.pressing.try_update_value(Option::take).flatten() {
        timer.clear();
    }
}

pub fn context_menu(talk: Talk, event: &MouseEvent) {
    // A long press has a way of its own.
    if talk.pressing.with_value(Option::is_some) {
        return event.prevent_default();
    }
    // Text, links and pictures keep the browser's own menu.
    if closest(event, ".text, a, img, video").is_some() {
        return;
    }
    if let Some(message) = message_of(event) {
        event.prevent_default();
        talk.menu.set(Some(At { message, anchor: Anchor::of_pointer(event) }));
    }
}

//! Where the keyboard is.

use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The element that has the keyboard.
#[must_use]
pub fn active() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Gives the keyboard to an element, without scrolling.
pub fn give(element: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    // An element that went away cannot take it.
    drop(element.focus_with_options(&options));
}

/// Before the element with the keyboard is moved among its neighbours, which takes the keyboard away:
/// gives it back afterwards.
pub fn keep() {
    let Some(element) = active() else { return };
    request_animation_frame(move || {
        if element.is_connected() {
            give(&element);
        }
    });
}

thread_local! {
    /// What had the keyboard before the popover that is open, or was open last.
    static BENEATH: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

/// Returns the keyboard to whoever has it now, when the view that calls this goes away. A menu that
/// opens a dialog, and what has `data-passing`, hand on the place that they would have returned to.
pub fn return_on_cleanup() {
    let is_passing = |element: &HtmlElement| {
        element.tag_name() == "BODY"
            || element.closest("[popover], [data-passing]").ok().flatten().is_some()
    };
    let before = match active() {
        Some(element) if !is_passing(&element) => Some(element),
        _ => BENEATH.with_borrow(Clone::clone),
    };
    BENEATH.set(before.clone());
    let before = StoredValue::new_local(before);
    on_cleanup(move || {
        let Some(element) = before.try_get_value().flatten() else { return };
        // Until an open dialog is gone, nothing outside of it takes the keyboard.
        queue_microtask(move || {
            let is_free = active().is_none_or(|active| active.tag_name() == "BODY");
            if is_free && element.is_connected() {
                give(&element);
            }
        });
    });
}

/// Gives the keyboard to the first field of its form that is said to be wrong, once that is shown.
pub fn first_invalid() {
    request_animation_frame(|| {
        let form = active().and_then(|active| active.closest("form").ok().flatten());
        let wrong = form.and_then(|form| all(&form, "[aria-invalid]").into_iter().next());
        if let Some(field) = wrong {
            // A focus that fails leaves it where it is.
            drop(field.focus());
        }
    });
}

/// The elements of `root` that match, in order.
#[must_use]
pub fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.get(i)?.dyn_into().ok()).collect()
}

/// Moves among the matching elements of `root` by an arrow key, Home or End, around the ends.
/// Returns whether the key was one of them.
#[must_use]
pub fn rove(root: &Element, selector: &str, key: &str) -> bool {
    let items = all(root, selector);
    let Some(last) = items.len().checked_sub(1) else { return false };
    let current = active().and_then(|active| items.iter().position(|item| *item == active));
    let next = match (key, current) {
        ("ArrowDown" | "ArrowRight", Some(at)) if at < last => at + 1,
        ("ArrowDown" | "ArrowRight" | "Home", _) => 0,
        ("ArrowUp" | "ArrowLeft", Some(at)) if at > 0 => at - 1,
        ("ArrowUp" | "ArrowLeft" | "End", _) => last,
        _ => return false,
    };
    if let Some(item) = items.get(next) {
        // A focus that fails leaves it where it is.
        drop(item.focus());
    }
    true
}

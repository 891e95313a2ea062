//! Where the keyboard is.

use leptos::prelude::*;
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

/// Returns the keyboard to whoever has it now, when the view that calls this goes away.
pub fn return_on_cleanup() {
    let before = StoredValue::new_local(active());
    on_cleanup(move || {
        if let Some(element) = before.try_get_value().flatten()
            && element.is_connected()
        {
            give(&element);
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

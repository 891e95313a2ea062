//! What the list reads from the page and writes into it.

use crate::chat::virtual_list::Key;
use crate::ui::dom::px;
use leptos::html::Div;
use leptos::prelude::*;
use shared::Timestamp;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub(super) fn key_of(element: &Element) -> Option<Key> {
    element.get_attribute("data-key")?.parse().ok()
}

pub(super) fn set_height(node: NodeRef<Div>, height: f64) {
    if let Some(node) = node.get_untracked() {
        set_pixels(&node, height);
    }
}

/// Gives a slot the height of its row.
pub(super) fn fit(slot: &Element, height: Option<f64>) {
    if let (Some(slot), Some(height)) = (slot.dyn_ref::<HtmlElement>(), height) {
        set_pixels(slot, height);
    }
}

fn set_pixels(element: &HtmlElement, height: f64) {
    // A number of pixels is always accepted.
    drop(HtmlElement::style(element).set_property("height", &px(height)));
}

/// With fractions, which `web_sys` cuts off.
pub(super) fn scroll_top(node: &HtmlElement) -> f64 {
    js_sys::Reflect::get(node, &"scrollTop".into()).ok().and_then(|top| top.as_f64()).unwrap_or(0.0)
}

pub(super) fn set_scroll_top(node: &HtmlElement, top: f64) {
    // An element always has this property.
    drop(js_sys::Reflect::set(node, &"scrollTop".into(), &top.into()));
}

/// The time of the frame, which stays the same until the next one.
pub(super) fn frame_began() -> f64 {
    let timeline = js_sys::Reflect::get(&document(), &"timeline".into());
    let time = timeline.and_then(|timeline| js_sys::Reflect::get(&timeline, &"currentTime".into()));
    time.ok().and_then(|time| time.as_f64()).unwrap_or(f64::NAN)
}

/// The number of the day, where the reader is.
pub(super) fn local_day(at: Timestamp) -> i64 {
    let millis = at.timestamp_millis();
    let date = js_sys::Date::new(&(millis as f64).into());
    (millis - date.get_timezone_offset() as i64 * 60_000).div_euclid(86_400_000)
}

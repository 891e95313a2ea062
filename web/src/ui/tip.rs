//! Tips: one layer for every element with `data-tip`, by pointer and by keyboard.

use super::dom::px;
use super::popover::Anchor;
use crate::effect::Effect;
use leptos::prelude::*;
use leptos::{ev, html};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::Element;

const DELAY: Duration = Duration::from_millis(400);

#[derive(Clone, PartialEq)]
struct Tip {
    text: String,
    anchor: Anchor,
}

/// Shows tips; stands once, at the root. Readers do not need it: the elements have names.
#[component]
pub fn TipLayer() -> impl IntoView {
    let tip = RwSignal::new(None::<Tip>);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let node = NodeRef::<html::Div>::new();
    let hide = move || {
        if let Some(handle) = waiting.get_value() {
            handle.clear();
        }
        tip.set(None);
    };
    let show_soon = move |element: Element| {
        hide();
        let shown = set_timeout_with_handle(
            move || {
                if let Some(text) = element.get_attribute("data-tip").filter(|t| !t.is_empty())
                    && element.is_connected()
                {
                    tip.set(Some(Tip { text, anchor: Anchor::of(&element) }));
                }
            },
            DELAY,
        );
        waiting.set_value(shown.ok());
    };
    let over = window_event_listener(ev::pointerover, move |event| match tipped(&event) {
        Some(element) if event.pointer_type() != "touch" => show_soon(element),
        _ => hide(),
    });
    let focused = window_event_listener(ev::focusin, move |event| match tipped(&event) {
        Some(element) if element.matches(":focus-visible").unwrap_or(false) => show_soon(element),
        _ => hide(),
    });
    let pressed = window_event_listener(ev::pointerdown, move |_| hide());
    let typed = window_event_listener(ev::keydown, move |_| hide());
    on_cleanup(move || {
        over.remove();
        focused.remove();
        pressed.remove();
        typed.remove();
    });
    Effect::new(move |_| {
        let Some(layer) = node.get() else { return };
        match tip.get() {
            Some(tip) => {
                layer.set_text_content(Some(&tip.text));
                // The layer is shown anew to stand above a dialog that opened meanwhile.
                drop(layer.hide_popover());
                drop(layer.show_popover());
                place(&layer, tip.anchor);
            }
            None => drop(layer.hide_popover()),
        }
    });
    view! { <div class="tip" popover="manual" aria-hidden="true" node_ref=node></div> }
}

fn tipped(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest("[data-tip]").ok().flatten()
}

/// Above the element, below it when there is no room, inside the window.
fn place(layer: &web_sys::HtmlElement, anchor: Anchor) {
    let size = layer.get_bounding_client_rect();
    let room = document().document_element().map_or(0.0, |root| f64::from(root.client_width()));
    let above = anchor.top - size.height() - 6.0;
    let top = if above >= 4.0 { above } else { anchor.top + anchor.height + 6.0 };
    let centre = anchor.left + (anchor.width - size.width()) / 2.0;
    let left = centre.min(room - size.width() - 4.0).max(4.0);
    for (name, value) in [("left", left), ("top", top)] {
        // A number of pixels is always accepted.
        drop(layer.style().set_property(name, &px(value)));
    }
}

//! The edge of the context panel: drags it wider or narrower, also by the keyboard.

use crate::i18n::{Key, t};
use crate::state::Layout;
use crate::state::layout::WIDTHS;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Pixels for one press of an arrow.
const STEP: i32 = 16;

/// A separator before the panel.
#[component]
pub fn PanelEdge(layout: Layout) -> impl IntoView {
    let dragging = StoredValue::new(false);
    let press = move |event: PointerEvent| {
        let target = event.current_target().and_then(|t| t.dyn_into::<Element>().ok());
        if let Some(target) = target {
            // Fails only when the pointer is gone already.
            drop(target.set_pointer_capture(event.pointer_id()));
            dragging.set_value(true);
            event.prevent_default();
        }
    };
    let drag = move |event: PointerEvent| {
        if dragging.get_value() {
            let width = document().document_element().map_or(0, |root| root.client_width());
            layout.resize_panel(width - event.client_x());
        }
    };
    let key = move |event: KeyboardEvent| {
        let now = layout.panel_width.get_untracked();
        let width = match event.key().as_str() {
            "ArrowLeft" => now + STEP,
            "ArrowRight" => now - STEP,
            "Home" => *WIDTHS.end(),
            "End" => *WIDTHS.start(),
            _ => return,
        };
        event.prevent_default();
        layout.resize_panel(width);
    };
    view! {
        <div
            class="panel__edge"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=t(Key::ConversationPanelWidth)
            aria-valuemin=*WIDTHS.start()
            aria-valuemax=*WIDTHS.end()
            aria-valuenow=move || layout.panel_width.get()
            on:pointerdown=press
            on:pointermove=drag
            on:pointerup=move |_| dragging.set_value(false)
            on:pointercancel=move |_| dragging.set_value(false)
            on:keydown=key
        ></div>
    }
}

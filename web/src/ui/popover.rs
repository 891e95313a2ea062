//! Something that floats at an element or at the pointer, in the browser's top layer.

use super::dom::px;
use super::focus;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement, MouseEvent};

/// Where something floats: a rectangle of the window, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchor {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Anchor {
    /// At an element.
    #[must_use]
    pub fn of(element: &Element) -> Self {
        let rect: DomRect = element.get_bounding_client_rect();
        Self { left: rect.left(), top: rect.top(), width: rect.width(), height: rect.height() }
    }

    /// At the element that handles the event.
    #[must_use]
    pub fn of_event(event: &web_sys::Event) -> Self {
        let target = event.current_target().and_then(|t| t.dyn_into::<Element>().ok());
        target.map(|element| Self::of(&element)).unwrap_or_default()
    }

    /// At the pointer; at the element when the keyboard asked.
    #[must_use]
    pub fn of_pointer(event: &MouseEvent) -> Self {
        if event.client_x() == 0 && event.client_y() == 0 {
            return Self::of_event(event);
        }
        Self {
            left: f64::from(event.client_x()),
            top: f64::from(event.client_y()),
            width: 0.0,
            height: 0.0,
        }
    }
}

/// On which side of the anchor there is room first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Below,
    Above,
}

/// Floats while `at` holds an anchor. A click outside or Esc closes it; the keyboard returns.
#[component]
pub fn Popover(
    at: RwSignal<Option<Anchor>>,
    #[prop(optional)] side: Side,
    /// `menu`, `dialog` or `listbox`.
    #[prop(default = "dialog")]
    role: &'static str,
    #[prop(into)] label: TextProp,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let label = StoredValue::new(label);
    let open = Memo::new(move |_| at.with(Option::is_some));
    view! {
        <Show when=move || open.get()>
            <Float at side role label=move || label.read_value().get()>
                {children.read_value()()}
            </Float>
        </Show>
    }
}

#[component]
fn Float(
    at: RwSignal<Option<Anchor>>,
    side: Side,
    role: &'static str,
    #[prop(into)] label: TextProp,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    focus::return_on_cleanup();
    let resized = window_event_listener(ev::resize, move |_| {
        if let Some((element, anchor)) = node.get_untracked().zip(at.get_untracked()) {
            place(&element, anchor, side);
        }
    });
    on_cleanup(move || resized.remove());
    node.on_load(move |element| {
        // Shown and placed in the same frame: it never flashes at the wrong place.
        drop(element.show_popover());
        if let Some(anchor) = at.get_untracked() {
            place(&element, anchor, side);
        }
        if let Some(first) =
            focus::all(&element, "[role^=menuitem]:not([aria-disabled=true]), [autofocus]").first()
        {
            focus::give(first);
        }
    });
    view! {
        <div
            class="popover"
            popover="auto"
            role=role
            aria-label=move || label.get()
            node_ref=node
            on:toggle=move |_| {
                let is_open = node
                    .get_untracked()
                    .is_some_and(|node| node.matches(":popover-open").unwrap_or(false));
                if !is_open {
                    at.set(None);
                }
            }
        >
            {children()}
        </div>
    }
}

const GAP: f64 = 4.0;
const MARGIN: f64 = 8.0;

/// Puts the element beside the anchor, on the other side when there is no room, inside the window.
fn place(element: &HtmlElement, anchor: Anchor, side: Side) {
    let size = element.get_bounding_client_rect();
    let (width, height) = (size.width(), size.height());
    let root = document().document_element();
    let (room_x, room_y) = root
        .map(|root| (f64::from(root.client_width()), f64::from(root.client_height())))
        .unwrap_or_default();
    let below = anchor.top + anchor.height + GAP;
    let above = anchor.top - GAP - height;
    let fits_below = below + height <= room_y - MARGIN;
    let fits_above = above >= MARGIN;
    let top = match side {
        Side::Below if fits_below || !fits_above => below,
        Side::Above if fits_above || !fits_below => above,
        Side::Below => above,
        Side::Above => below,
    };
    let left = if anchor.left + width <= room_x - MARGIN {
        anchor.left
    } else {
        anchor.left + anchor.width - width
    };
    let style = element.style();
    for (name, value, room) in [("left", left, room_x - width), ("top", top, room_y - height)] {
        let value = value.min(room - MARGIN).max(MARGIN);
        // A number of pixels is always accepted.
        drop(style.set_property(name, &px(value)));
    }
}

//! Tabs that are pages: links, so that each has an address.

use super::{Glyph, Icon};
use crate::router::{A, path};
use leptos::html::Nav;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

/// A row or column of [`Tab`]s. Where the row is wider than the screen, the current one is in sight.
#[component]
pub fn Tabs(#[prop(into)] label: TextProp, children: Children) -> impl IntoView {
    let row = NodeRef::<Nav>::new();
    let place = path();
    Effect::new(move |_| {
        place.with(|_| ());
        let Some(row) = row.get() else { return };
        // The router marks it after this.
        request_animation_frame(move || {
            let current = row.query_selector("[aria-current=page]").ok().flatten();
            let current = current.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(tab) = current {
                let before = (row.client_width() - tab.offset_width()) / 2;
                row.set_scroll_left(tab.offset_left() - row.offset_left() - before);
            }
        });
    });
    view! {
        <nav class="tabs" aria-label=move || label.get() node_ref=row>
            {children()}
        </nav>
    }
}

/// One tab; the router marks the current one.
#[component]
pub fn Tab(href: String, #[prop(into)] label: TextProp, icon: Icon) -> impl IntoView {
    view! {
        <A href=href attr:class="tabs__tab">
            <Glyph icon size=18 />
            <span>{move || label.get()}</span>
        </A>
    }
}

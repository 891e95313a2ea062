//! Tabs that are pages: links, so that each has an address.

use super::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::components::A;

/// A row or column of [`Tab`]s.
#[component]
pub fn Tabs(#[prop(into)] label: TextProp, children: Children) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=move || label.get()>
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

//! The head of the sidebar: the space's name and menu.

use crate::i18n::{Key, tr};
use crate::state::Spaces;
use leptos::prelude::*;
use shared::ids::SpaceId;

/// Name and menu of the space; without one, the heading of the direct chats.
#[component]
pub fn SpaceHeader(#[prop(into)] space: Signal<Option<SpaceId>>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let title = move || match space.get() {
        Some(id) => spaces.get(id).map(|space| space.name).unwrap_or_default(),
        None => tr(Key::AppDirectMessages).to_owned(),
    };
    view! {
        <header class="sidebar__header">
            <h1 class="sidebar__title">{title}</h1>
        </header>
    }
}

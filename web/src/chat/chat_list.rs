//! The chats of a space, or the direct and group chats, in the sidebar.

use leptos::prelude::*;
use shared::ids::SpaceId;

/// The chats of `space`; without one, the direct and group chats.
#[component]
pub fn ChatList(#[prop(into)] space: Signal<Option<SpaceId>>) -> impl IntoView {
    view! { <div class="chat-list">{move || space.get().map(|id| id.to_string())}</div> }
}

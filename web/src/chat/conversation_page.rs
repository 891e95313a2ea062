//! One conversation.

use leptos::prelude::*;

/// The chat of the address (`chat_id`, and `space_id` in a space).
#[component]
pub fn ConversationPage() -> impl IntoView {
    view! { <section class="conversation"></section> }
}

//! The signed-in person at the foot of the sidebar.

use crate::state::Session;
use crate::ui::Avatar;
use leptos::prelude::*;

/// Picture, name and status of the signed-in person.
#[component]
pub fn OwnCard() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = Signal::derive(move || {
        session.me().map(|me| me.as_ref().name().to_owned()).unwrap_or_default()
    });
    view! {
        <div class="own-card">
            {move || session.user_id().map(|id| view! { <Avatar id=id.0 name /> })}
            <span class="own-card__name">{name}</span>
        </div>
    }
}

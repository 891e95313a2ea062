//! The rail: direct messages, every space, and the ways to a new one.

use crate::i18n::{Key, t};
use crate::page::Page;
use crate::state::Spaces;
use crate::ui::{Avatar, AvatarSize, Glyph, Icon};
use leptos::prelude::*;
use leptos_router::components::A;
use shared::ids::SpaceId;

/// The rail of spaces.
#[component]
pub fn Rail() -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    view! {
        <nav class="rail" aria-label=t(Key::AppSpaces)>
            <A href=Page::Conversations.path() attr:class="rail__item">
                <Glyph icon=Icon::MessagesSquare />
                <span class="visually-hidden">{t(Key::AppDirectMessages)}</span>
            </A>
            <For each=move || spaces.ids() key=|id| *id let(id)>
                <RailSpace spaces id />
            </For>
        </nav>
    }
}

#[component]
fn RailSpace(spaces: Spaces, id: SpaceId) -> impl IntoView {
    let space = Memo::new(move |_| spaces.get(id));
    let name = Signal::derive(move || space.get().map(|s| s.name).unwrap_or_default());
    let url = Signal::derive(move || space.get().and_then(|s| s.avatar_url));
    view! {
        <A href=Page::Space(id).path() attr:class="rail__item">
            <Avatar id=id.0 name url size=AvatarSize::Large square=true />
            <span class="visually-hidden">{name}</span>
        </A>
    }
}

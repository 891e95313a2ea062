//! The rail: direct messages, every space, and the ways to a new one.

use super::create_space::CreateSpaceDialog;
use crate::i18n::{Key, t, tr};
use crate::page::Page;
use crate::state::{Load, Spaces};
use crate::ui::{Avatar, AvatarSize, Glyph, Icon, IconButton};
use leptos::prelude::*;
use leptos_router::components::A;
use shared::ids::SpaceId;

/// The rail of spaces.
#[component]
pub fn Rail() -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let creating = RwSignal::new(false);
    view! {
        <nav class="rail" aria-label=t(Key::AppSpaces)>
            <RailLink
                href=Page::Conversations.path()
                icon=Icon::MessagesSquare
                label=Key::AppDirectMessages
            />
            <span class="rail__line"></span>
            <For each=move || spaces.ids() key=|id| *id let(id)>
                <RailSpace spaces id />
            </For>
            {move || match spaces.load() {
                Load::Failed(error) => {
                    view! {
                        <IconButton
                            icon=Icon::RefreshCw
                            label=move || format!("{} {}", error.sentence(), tr(Key::AppRetry))
                            on_click=move |_| spaces.reload()
                        />
                    }
                        .into_any()
                }
                Load::Loading => {
                    view! {
                        <span class="rail__waiting" role="status" aria-label=t(Key::SpacesLoadingSpaces)>
                            <span class="skeleton__disc"></span>
                            <span class="skeleton__disc"></span>
                            <span class="skeleton__disc"></span>
                        </span>
                    }
                        .into_any()
                }
                Load::Ready(()) => ().into_any(),
            }}
            <button
                class="rail__item rail__item--round"
                type="button"
                aria-label=t(Key::SpacesCreate)
                data-tip=t(Key::SpacesCreate)
                on:click=move |_| creating.set(true)
            >
                <Glyph icon=Icon::Plus />
            </button>
            <RailLink
                href=Page::Discover.path()
                icon=Icon::Compass
                label=Key::AppDiscover
            />
        </nav>
        <CreateSpaceDialog open=creating />
    }
}

#[component]
fn RailLink(href: String, icon: Icon, label: Key) -> impl IntoView {
    view! {
        <A
            href=href
            attr:class="rail__item rail__item--round"
            attr:aria-label=t(label)
            attr:data-tip=t(label)
        >
            <Glyph icon />
        </A>
    }
}

#[component]
fn RailSpace(spaces: Spaces, id: SpaceId) -> impl IntoView {
    let space = Memo::new(move |_| spaces.get(id));
    let name = Signal::derive(move || space.get().map(|s| s.name).unwrap_or_default());
    let url = Signal::derive(move || space.get().and_then(|s| s.avatar_url));
    view! {
        <A href=Page::Space(id).path() attr:class="rail__item" attr:data-tip=move || name.get()>
            <Avatar id=id.0 name url size=AvatarSize::Large square=true />
            <span class="visually-hidden">{name}</span>
        </A>
    }
}

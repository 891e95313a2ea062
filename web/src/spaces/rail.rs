//! The rail: direct messages, every space, and the ways to a new one.

use super::create_space::CreateSpaceDialog;
use crate::i18n::{Key, t, tn, tr};
use crate::notifications::BellLink;
use crate::page::Page;
use crate::state::waiting::Waiting;
use crate::state::{Chats, Load, Spaces};
use crate::ui::{Avatar, AvatarSize, Badge, Glyph, Icon, IconButton};
use leptos::prelude::*;
use leptos_router::components::A;
use shared::ids::SpaceId;

/// The rail of spaces.
#[component]
pub fn Rail() -> impl IntoView {
    let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
    let creating = RwSignal::new(false);
    view! {
        <nav class="rail" aria-label=t(Key::AppSpaces)>
            <BellLink />
            <RailLink
                href=Page::Conversations.path()
                icon=Icon::MessagesSquare
                label=Key::AppDirectMessages
                waiting=Signal::derive(move || chats.waiting(None))
            />
            <span class="rail__line"></span>
            <For each=move || spaces.ids() key=|id| *id let(id)>
                <RailSpace spaces chats id />
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
fn RailLink(
    href: String,
    icon: Icon,
    label: Key,
    #[prop(optional, into)] waiting: Signal<Waiting>,
) -> impl IntoView {
    view! {
        <A
            href=href
            attr:class="rail__item rail__item--round"
            attr:data-tip=t(label)
        >
            <Glyph icon />
            <span class="visually-hidden">{t(label)}</span>
            <RailBadge waiting />
        </A>
    }
}

#[component]
fn RailSpace(spaces: Spaces, chats: Chats, id: SpaceId) -> impl IntoView {
    let space = Memo::new(move |_| spaces.get(id));
    let name = Signal::derive(move || space.get().map(|s| s.name).unwrap_or_default());
    let url = Signal::derive(move || space.get().and_then(|s| s.avatar_url));
    let waiting = Memo::new(move |_| chats.waiting(Some(id)));
    view! {
        <A href=Page::Space(id).path() attr:class="rail__item" attr:data-tip=move || name.get()>
            <Avatar id=id.0 name url size=AvatarSize::Large square=true />
            <span class="visually-hidden">{name}</span>
            <RailBadge waiting />
        </A>
    }
}

/// Mentions as a loud count; without any, unread messages as a dot.
#[component]
fn RailBadge(#[prop(into)] waiting: Signal<Waiting>) -> impl IntoView {
    let mentions = Signal::derive(move || waiting.get().mentions);
    let is_quiet = move || waiting.get().mentions == 0 && waiting.get().unread > 0;
    view! {
        <Badge
            count=mentions
            loud=true
            label=move || tn(Key::AppMentions, mentions.get())
        />
        <Show when=is_quiet>
            <span class="rail__unread">
                <span class="visually-hidden">
                    {move || tn(Key::AppUnread, waiting.get().unread)}
                </span>
            </span>
        </Show>
    }
}

//! The rail: direct messages, every space, and the ways to a new one.

use super::create_space::create_space;
use crate::api::moderation as api;
use crate::i18n::{Key, t, tf, tn, tr};
use crate::notifications::BellLink;
use crate::page::Page;
use crate::router::A;
use crate::state::waiting::Waiting;
use crate::state::{Chats, Load, Spaces};
use crate::ui::{Avatar, AvatarSize, Badge, Glyph, Icon, IconButton, Toasts, focus, once_open};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;

/// The rail of spaces.
#[component]
pub fn Rail() -> impl IntoView {
    let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
    let creating = RwSignal::new(false);
    let order = SpaceOrder::new(spaces);
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
                <RailSpace spaces chats id order />
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
        {once_open(move || creating.get(), move || create_space(creating))}
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
fn RailSpace(spaces: Spaces, chats: Chats, id: SpaceId, order: SpaceOrder) -> impl IntoView {
    let space = Memo::new(move |_| spaces.get(id));
    let name = Signal::derive(move || space.get().map(|s| s.name).unwrap_or_default());
    let url = Signal::derive(move || space.get().and_then(|s| s.avatar_url));
    let waiting = Memo::new(move |_| chats.waiting(Some(id)));
    let is_target = move || order.over.get() == Some(id);
    view! {
        <div
            class="rail__place"
            class:rail__place--target=is_target
            draggable="true"
            on:dragstart=move |_| order.dragged.set(Some(id))
            on:dragend=move |_| order.end()
            on:dragover=move |event| {
                if order.dragged.with_untracked(Option::is_some) {
                    event.prevent_default();
                    order.over.set(Some(id));
                }
            }
            on:drop=move |event| {
                event.prevent_default();
                order.drop_on(id);
            }
            on:keydown=move |event| {
                let step = match &*event.key() {
                    "ArrowUp" | "ArrowLeft" => -1,
                    "ArrowDown" | "ArrowRight" => 1,
                    _ => return,
                };
                if event.alt_key() {
                    event.prevent_default();
                    event.stop_propagation();
                    order.step(id, step);
                }
            }
        >
            <A
                href=Page::Space(id).path()
                attr:class="rail__item"
                attr:data-tip=move || name.get()
                attr:aria-description=t(Key::ModerationMoveHint)
            >
                <Avatar id=id.0 name url size=AvatarSize::Large square=true />
                <span class="visually-hidden">{name}</span>
                <RailBadge waiting />
            </A>
        </div>
    }
}

/// The order of the spaces: dragged, or moved by Alt with the arrow keys.
#[derive(Clone, Copy)]
struct SpaceOrder {
    spaces: Spaces,
    toasts: Toasts,
    dragged: RwSignal<Option<SpaceId>>,
    /// Where the dragged one would go.
    over: RwSignal<Option<SpaceId>>,
    /// The order that the server is to hear of, and the space that moved last.
    wanted: StoredValue<Option<(Vec<SpaceId>, SpaceId)>>,
    is_sending: StoredValue<bool>,
}

/// Moves within this are one, in milliseconds.
const PAUSE_MS: u32 = 250;

impl SpaceOrder {
    fn new(spaces: Spaces) -> Self {
        let toasts = expect_context();
        let (dragged, over) = (RwSignal::new(None), RwSignal::new(None));
        let (wanted, is_sending) = (StoredValue::new(None), StoredValue::new(false));
        Self { spaces, toasts, dragged, over, wanted, is_sending }
    }

    fn end(self) {
        self.dragged.set(None);
        self.over.set(None);
    }

    fn drop_on(self, id: SpaceId) {
        let dragged = self.dragged.get_untracked();
        self.end();
        let ids = untrack(|| self.spaces.ids());
        if let (Some(dragged), Some(to)) = (dragged, ids.iter().position(|other| *other == id)) {
            self.put_soon(ids, dragged, to);
        }
    }

    fn step(self, id: SpaceId, step: isize) {
        let ids = untrack(|| self.spaces.ids());
        let at = ids.iter().position(|other| *other == id);
        let to = at.and_then(|at| at.checked_add_signed(step));
        if let Some(to) = to.filter(|to| *to < ids.len()) {
            self.put_soon(ids, id, to);
        }
    }

    fn put_soon(self, before: Vec<SpaceId>, id: SpaceId, to: usize) {
        spawn_local(async move {
            if move_space(self, before, id, to).await.is_err() {
                self.toasts.failed(tr(Key::AppUnreachable));
            }
        });
    }

    /// At once here; the server hears of it when no further move follows at once. One order is on its
    /// way at a time: the last one stays.
    fn put(self, before: Vec<SpaceId>, id: SpaceId, to: usize) {
        let mut after: Vec<_> = before.iter().copied().filter(|other| *other != id).collect();
        after.insert(to.min(after.len()), id);
        if after == before {
            return;
        }
        self.spaces.order(&after);
        focus::keep();
        if self.wanted.try_update_value(|wanted| wanted.replace((after, id)).is_none())
            == Some(true)
            && !self.is_sending.get_value()
        {
            self.is_sending.set_value(true);
            spawn_local(self.send());
        }
    }

    async fn send(self) {
        loop {
            TimeoutFuture::new(PAUSE_MS).await;
            let wanted = self.wanted.try_update_value(Option::take).flatten();
            let Some((order, id)) = wanted else { break };
            let place = order.iter().position(|other| *other == id).unwrap_or_default() + 1;
            match api::order_spaces(order).await {
                Ok(_) => {
                    let name = untrack(|| self.spaces.get(id)).map(|space| space.name);
                    let (name, place) = (name.unwrap_or_default(), place.to_string());
                    let values = [("name", &*name), ("n", &*place)];
                    self.toasts.done(tf(Key::ModerationSpaceMoved, &values));
                }
                Err(error) => {
                    self.toasts.failed(error.sentence());
                    self.spaces.reload();
                }
            }
        }
        let _was_there = self.is_sending.try_update_value(|is_sending| *is_sending = false);
    }
}

crate::lazy! {
    live => fn move_space(order: SpaceOrder, before: Vec<SpaceId>, id: SpaceId, to: usize) -> () {
        order.put(before, id, to);
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

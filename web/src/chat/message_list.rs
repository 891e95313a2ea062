//! The messages of a conversation, as many in the page as are seen and a few around.

pub mod events;
mod jump;
mod page;
mod scroller;

use super::message_row::{Colors, message_row};
use super::message_toolbar::MessageToolbar;
use super::rows::Row;
use super::talk::{Jump, Talk};
use crate::api::chat::Part;
use crate::effect::Effect;
use crate::i18n::{Key, lang, t};
use crate::state::messages::Fetch;
use crate::state::{Chats, Roster, Spaces};
use crate::ui::{Failure, Glyph, Icon, SkeletonRows};
use leptos::prelude::*;
use scroller::Scroller;
use shared::identity::UserRef;
use shared::spaces::RoleKind;
use std::collections::{HashMap, HashSet};

/// See the module.
#[component]
pub fn MessageList(talk: Talk) -> impl IntoView {
    let scroller = Scroller::new(talk);
    let colors = role_colors(talk);
    let me = StoredValue::new(reader(talk));
    let (changed, fetch, is_loaded) = {
        let room = talk.room();
        (room.changed.clone(), room.fetch.clone(), room.is_loaded.clone())
    };
    Effect::new(move |_| {
        changed.track();
        talk.outbox.track();
        talk.divider.track();
        scroller.rebuild();
    });
    Effect::new(move |_| {
        if talk.jump.get().is_some() {
            scroller.rebuild();
        }
    });
    let scroller_node = scroller.node;
    let failed = fetch.clone();
    let is_empty = move || !is_loaded.get();
    let sentence = Memo::new(move |_| match failed.get() {
        Fetch::Failed(_, error) => Some(error.sentence()),
        _ => None,
    });
    let rows = move || {
        let lang = lang();
        scroller.shown.get().into_iter().map(|row| (lang, row)).collect::<Vec<_>>()
    };
    view! {
        <div class="messages">
            <div
                class="messages__scroller"
                role="log"
                aria-live="off"
                aria-label=move || t(if talk.is_thread() { Key::ConversationRepliesLog } else { Key::ChatMessages })()
                tabindex="0"
                node_ref=scroller_node
                on:scroll=move |_| scroller.scrolled()
                on:click=move |event| events::click(talk, &event)
                on:input=move |event| events::input(talk, &event)
                on:mouseover=move |event| events::hover(talk, &event)
                on:mouseleave=move |_| talk.current.set(None)
                on:focusin=move |event| events::focus(talk, &event)
                on:keydown=move |event| events::key(talk, &event)
                on:pointerdown=move |event| events::press(talk, &event)
                on:pointermove=move |event| events::moved(talk, &event)
                on:pointerup=move |_| events::release(talk)
                on:pointercancel=move |_| events::cancel(talk)
                on:contextmenu=move |event| events::context_menu(talk, &event)
            >
                <div class="messages__space" node_ref=scroller.before></div>
                <div class="messages__rows" role="list" node_ref=scroller.rows>
                    <Show when=move || scroller.header.get()>
                        <div class="slot">
                            <ListHeader talk sentence />
                        </div>
                    </Show>
                    <For
                        each=rows
                        key=|(lang, row)| (*lang, row.identity())
                        children=move |(_, row): (_, Row)| {
                            me.with_value(|me| {
                                view! { <div class="slot">{message_row(row, talk, colors, me)}</div> }
                            })
                        }
                    />
                </div>
                <div class="messages__space" node_ref=scroller.after></div>
                <MessageToolbar talk top=scroller.toolbar_top />
            </div>
            <Show when=is_empty>
                <div class="messages__loading">
                    {move || match sentence.get() {
                        Some(text) => {
                            view! {
                                <Failure
                                    sentence=text
                                    on_retry=move |()| talk.messages.refetch(&talk.room())
                                />
                            }
                                .into_any()
                        }
                        None => view! { <SkeletonRows label=t(Key::AppLoading) /> }.into_any(),
                    }}
                </div>
            </Show>
            <JumpPill talk />
        </div>
    }
}

/// Before the first message in memory: the beginning of the chat, or older ones on their way.
#[component]
fn ListHeader(talk: Talk, sentence: Memo<Option<String>>) -> impl IntoView {
    let changed = talk.room().changed.clone();
    let has_before = Memo::new(move |_| {
        changed.track();
        talk.window(|window| window.has_before)
    });
    let first = move || talk.window(|window| window.bounds().map(|(first, _)| first));
    let retry = move |()| {
        if let Some(first) = first() {
            talk.messages.fetch(&talk.room(), Part::Before(first));
        }
    };
    let title = move || talk.chats.get(talk.chat).map(|chat| talk.chats.title(&chat));
    let is_thread = talk.is_thread();
    view! {
        <div class="row list-header" role="listitem" data-key="0">
            {move || match (has_before.get(), sentence.get()) {
                (true, Some(text)) => view! { <Failure sentence=text on_retry=retry /> }.into_any(),
                (true, None) => {
                    view! { <SkeletonRows label=t(Key::ChatLoadingOlder) rows=2 /> }.into_any()
                }
                (false, _) if is_thread => ().into_any(),
                (false, _) => {
                    view! {
                        <div class="list-header__begin">
                            <h2>{title}</h2>
                            <p>{t(Key::ChatBeginning)}</p>
                        </div>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// Goes to the newest messages; says how many wait there.
#[component]
fn JumpPill(talk: Talk) -> impl IntoView {
    let chats = expect_context::<Chats>();
    let unread = Memo::new(move |_| {
        let of_chat = || chats.read(talk.chat, |chat| chat.read.unread).unwrap_or(0);
        if talk.is_thread() { 0 } else { of_chat() }
    });
    let is_loaded = talk.room().is_loaded.clone();
    let label = move || match unread.get() {
        0 => t(Key::ChatToNewest)().to_owned(),
        n => crate::i18n::tn(Key::ChatNewMessages, n),
    };
    view! {
        <Show when=move || !talk.at_end.get() && is_loaded.get()>
            <button
                class="pill"
                class:pill--loud=move || { unread.get() > 0 }
                type="button"
                on:click=move |_| talk.jump.set(Some(Jump::End))
            >
                <Glyph icon=Icon::ArrowDown size=16 />
                <span>{label}</span>
            </button>
        </Show>
    }
}

fn reader(talk: Talk) -> UserRef {
    untrack(|| talk.session.me()).map_or_else(
        || UserRef {
            id: shared::ids::UserId(uuid::Uuid::nil()),
            nickname: String::new(),
            display_name: None,
            avatar_url: None,
            is_bot: false,
        },
        |me| me.as_ref(),
    )
}

/// The colours of the roles in the chat's space.
fn role_colors(talk: Talk) -> Colors {
    let spaces = expect_context::<Spaces>();
    let space = talk.chats.peek(talk.chat, |chat| chat.space_id).flatten();
    let roster: Option<Roster> = space.map(|space| spaces.roster(space));
    let changed = talk.room().changed.clone();
    // Of a large space not all members are here: those who wrote are asked for.
    Effect::new(move |_| {
        changed.track();
        let Some(roster) = roster else { return };
        let authors: HashSet<_> =
            talk.window(|window| window.entries().iter().map(|e| e.message.author.id).collect());
        roster.want(authors);
    });
    Memo::new(move |_| {
        let Some(roster) = roster else { return HashMap::new() };
        let (roles, members) = (roster.roles(), roster.members());
        let (Some(roles), Some(members)) = (roles.ready(), members.ready()) else {
            return HashMap::new();
        };
        // A colour that everybody has says nothing.
        let special = roles.iter().filter(|role| role.kind != RoleKind::Member);
        let color_of: HashMap<_, _> = special.map(|role| (role.id, &role.color)).collect();
        let color = |role| color_of.get(role).map(|color| (*color).clone());
        members.iter().filter_map(|m| Some((m.user.id, color(&m.role_id)?))).collect()
    })
}

//! A thread beside its chat: replies, a composer of its own, following.

use super::composer::Composer;
use super::conversation_page::News;
use super::message_list::MessageList;
use super::message_list::events::copy;
use super::message_toolbar::{delete_message, message_menu, message_versions};
use super::reactions::ReactionPicker;
use super::talk::{Jump, Talk};
use super::{focused_window, keys};
use crate::api::chat as api;
use crate::files::lightbox::lightbox;
use crate::i18n::{Key, t};
use crate::ui::button::IconLook;
use crate::ui::{Icon, IconButton, once_open};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::ThreadState;
use shared::ids::{ChatId, MessageId};

/// The thread that hangs on `root`, at the reply with `seq` `at` if wanted.
#[component]
fn ThreadPanel(chat: ChatId, root: MessageId, at: Option<i64>) -> impl IntoView {
    let talk = Talk::open_thread(chat, root, at);
    keep_read(talk, root, at.is_some());
    // One that comes back with its chat leaves the keyboard where it is.
    let asked = talk.layout.thread_asked;
    Effect::new(move |_| {
        if asked.get() {
            asked.set(false);
            if !talk.layout.is_narrow.get_untracked() {
                request_animation_frame(move || {
                    talk.focus_composer.try_update(|n| *n += 1);
                });
            }
        }
    });
    let key = move |event: KeyboardEvent| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        if event.key() == "Escape" {
            event.prevent_default();
            talk.layout.close_panel();
        } else if !event.alt_key() && !event.ctrl_key() && !event.meta_key() {
            keys::plain(talk, &event);
        }
    };
    view! {
        <section class="thread" on:keydown=key>
            <ThreadBar talk root />
            <MessageList talk />
            {once_open(move || talk.viewing.with(Option::is_some), move || lightbox(talk.viewing))}
            <Composer talk />
            <News talk />
        </section>
        {once_open(move || talk.menu.with(Option::is_some), move || message_menu(talk))}
        <ReactionPicker talk />
        {once_open(move || talk.versions.with(Option::is_some), move || message_versions(talk))}
        {once_open(move || talk.deleting.with(Option::is_some), move || delete_message(talk))}
    }
}

/// Follows or not; the address of the thread.
#[component]
fn ThreadBar(talk: Talk, root: MessageId) -> impl IntoView {
    let me = talk.room().me.clone();
    let follows = {
        let me = me.clone();
        Memo::new(move |_| me.get().following)
    };
    let label =
        move || if follows.get() { Key::ConversationUnfollow } else { Key::ConversationFollow };
    let toggle = move |_| {
        let me = me.clone();
        let wanted = !follows.get_untracked();
        spawn_local(async move {
            match api::follow_thread(root, wanted).await {
                Ok(now) => me.set(now),
                Err(error) => talk.toasts.failed(error.sentence()),
            }
        });
    };
    let link = move |_| {
        let space = talk.chats.peek(talk.chat, |chat| chat.space_id).flatten();
        let origin = window().location().origin().unwrap_or_default();
        copy(talk.toasts, format!("{origin}{}?t={root}", keys::page(space, talk.chat).path()));
    };
    view! {
        <div class="thread__bar">
            <button
                class="button button--quiet thread__follow"
                type="button"
                aria-pressed=move || if follows.get() { "true" } else { "false" }
                on:click=toggle
            >
                {move || t(label())()}
            </button>
            <IconButton
                icon=Icon::Link
                label=t(Key::ChatCopyLink)
                look=IconLook::Small
                on_click=link
            />
        </div>
    }
}

/// Marks replies as read when they are seen; remembers where the new ones begin.
fn keep_read(talk: Talk, root: MessageId, is_linked: bool) {
    let is_focused = focused_window();
    let room = talk.room();
    let (me, is_loaded) = (room.me.clone(), room.is_loaded.clone());
    let is_first = StoredValue::new(true);
    Effect::new(move |_| {
        let state: ThreadState = me.get();
        if !is_loaded.get() || state.unread == 0 {
            return;
        }
        if is_first.get_value() && !is_linked {
            is_first.set_value(false);
            talk.divider.set(Some(state.read_seq));
            talk.jump.set(Some(Jump::Unread(state.read_seq)));
        }
        // Until the place is found where the new ones begin.
        if talk.jump.with(Option::is_some) {
            return;
        }
        if !talk.at_end.get() || !is_focused.get() {
            if talk.divider.get_untracked().is_none() {
                talk.divider.set(Some(state.read_seq));
            }
            return;
        }
        let Some((_, last)) = talk.window(|window| window.bounds()) else { return };
        me.set(ThreadState { read_seq: last, unread: 0, ..state });
        let me = me.clone();
        spawn_local(async move {
            // What could not be marked is marked with the next reply that is seen.
            if let Ok(now) = api::mark_thread_read(root, last).await {
                me.set(now);
            }
        });
    });
}

crate::lazy! {
    tools => pub fn thread_panel(chat: ChatId, root: MessageId, at: Option<i64>) -> AnyView {
        view! { <ThreadPanel chat root at /> }.into_any()
    }
}

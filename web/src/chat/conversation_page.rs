//! One conversation: head, messages, composer.

use super::calendar::calendar;
use super::composer::Composer;
use super::conversation_header::ConversationHeader;
use super::message_list::MessageList;
use super::message_row::spoken;
use super::message_toolbar::{delete_message, message_menu, message_versions};
use super::reactions::ReactionPicker;
use super::talk::{Jump, Talk};
use super::{focused_window, keys};
use crate::app::Screen;
use crate::effect::Effect;
use crate::files::drop::DropZone;
use crate::files::lightbox::lightbox;
use crate::i18n::{Key, t};
use crate::live::Status;
use crate::router::{path, query};
use crate::state::layout::Panel;
use crate::state::{Chats, Layout, Load};
use crate::ui::{Button, Empty, Failure, Glyph, Icon, Picture, SkeletonRows, once_open};
use leptos::prelude::*;
use shared::ids::ChatId;
use std::time::Duration;

/// A break of the connection is told after this.
const PATIENCE: Duration = Duration::from_millis(1_500);

#[derive(Clone, PartialEq)]
enum Shown {
    Chat(ChatId),
    Missing,
    Loading,
    Failed(crate::api::ApiError),
}

/// The chat of the address (`chat_id`, and `space_id` in a space).
#[component]
pub fn ConversationPage() -> impl IntoView {
    let chats = expect_context::<Chats>();
    let path = path();
    let shown = Memo::new(move |before: Option<&Shown>| {
        let place = path.get();
        if Screen::of(&place) != Screen::Chat {
            // On its way out.
            return before.cloned().unwrap_or(Shown::Loading);
        }
        let Some(id) = place.rsplit('/').next().and_then(|id| id.parse().ok()) else {
            return Shown::Missing;
        };
        if chats.read(id, |_| ()).is_some() {
            return Shown::Chat(id);
        }
        match chats.load() {
            Load::Loading => Shown::Loading,
            Load::Failed(error) => Shown::Failed(error),
            Load::Ready(()) => Shown::Missing,
        }
    });
    let open = move || match shown.get() {
        Shown::Chat(chat) => Some(chat),
        _ => None,
    };
    let other = move || match shown.get() {
        Shown::Chat(_) => ().into_any(),
        Shown::Missing => view! {
            <Empty
                picture=Picture::Telescope
                title=t(Key::AppNotFoundTitle)
                text=t(Key::AppNotFoundText)
            />
        }
        .into_any(),
        Shown::Loading => view! { <SkeletonRows label=t(Key::AppLoading) /> }.into_any(),
        Shown::Failed(error) => view! {
            <Failure
                sentence=Signal::derive(move || error.sentence())
                on_retry=move |()| chats.reload()
            />
        }
        .into_any(),
    };
    view! {
        {other}
        // Keyed: another chat gets other elements, not those of the last one with its scroll position.
        <For each=open key=|chat| *chat let(chat)>
            <Conversation chat />
        </For>
    }
}

#[component]
fn Conversation(chat: ChatId) -> impl IntoView {
    let talk = Talk::open(chat);
    let layout = expect_context::<Layout>();
    let (path, asked) = (path(), (query("m"), query("t")));
    Effect::new(move |_| {
        let seq = asked.0().and_then(|seq| seq.parse().ok());
        let root = asked.1().and_then(|id| id.parse().ok());
        // The address may be that of another chat already.
        if path.with_untracked(|path| !path.ends_with(&chat.to_string())) {
            return;
        }
        match (root, seq) {
            (Some(root), at) => layout.panel.set(Some(Panel::Thread { chat, root, at })),
            (None, Some(seq)) => talk.jump.set(Some(Jump::Link(seq))),
            (None, None) => {}
        }
    });
    keep_read(talk);
    keep_title(talk);
    keys::listen(talk);
    if !layout.is_narrow.get_untracked() {
        request_animation_frame(move || {
            talk.focus_composer.try_update(|n| *n += 1);
        });
    }
    view! {
        <section class="conversation">
            <ConversationHeader talk />
            <ConnectionBanner talk />
            <MessageList talk />
            <Composer talk />
            <News talk />
            <DropZone
                place=talk.place
                uploads=talk.uploads
                allowed=Signal::derive(move || talk.may_attach())
            />
        </section>
        {once_open(move || talk.menu.with(Option::is_some), move || message_menu(talk))}
        <ReactionPicker talk />
        {once_open(move || talk.versions.with(Option::is_some), move || message_versions(talk))}
        {once_open(move || talk.deleting.with(Option::is_some), move || delete_message(talk))}
        {once_open(move || talk.calendar.get().is_some(), move || calendar(talk))}
        {once_open(move || talk.viewing.with(Option::is_some), move || lightbox(talk.viewing))}
    }
}

/// Marks as read what is seen; remembers where the new ones begin while nobody looks.
fn keep_read(talk: Talk) {
    let is_focused = focused_window();
    let chats = talk.chats;
    chats.release(talk.chat);
    let read = Memo::new(move |_| chats.read(talk.chat, |chat| chat.read).unwrap_or_default());
    Effect::new(move |_| {
        let read = read.get();
        if read.unread == 0 && read.mentions == 0 || !chats.is_fresh.get() {
            return;
        }
        let is_held = chats.is_held(talk.chat);
        if talk.at_end.get() && is_focused.get() && !is_held {
            chats.mark_read(talk.chat);
        } else if talk.divider.get_untracked().is_none() {
            talk.divider.set(Some(read.read_seq));
        }
    });
    on_cleanup(move || chats.release(talk.chat));
    Effect::new(move |before: Option<bool>| {
        let now = is_focused.get();
        // Who leaves has seen the line: the next one marks what comes meanwhile.
        if before == Some(true) && !now && talk.at_end.get_untracked() {
            talk.divider.set(None);
        }
        now
    });
}

/// The tab says where it is and how much waits anywhere.
fn keep_title(talk: Talk) {
    let before = document().title();
    let chats = talk.chats;
    Effect::new(move |_| {
        let name = chats.get(talk.chat).map(|chat| chats.title(&chat)).unwrap_or_default();
        document().set_title(&match chats.waiting_anywhere().unread {
            0 => format!("{name} · The Space"),
            n => format!("({n}) {name} · The Space"),
        });
    });
    on_cleanup(move || document().set_title(&before));
}

/// Says that there is no connection, once it lasts.
#[component]
fn ConnectionBanner(talk: Talk) -> impl IntoView {
    let is_long = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let is_broken = talk.live.status.get() == Status::Broken;
        if !is_broken {
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            is_long.set(false);
        } else if timer.with_value(Option::is_none) {
            let wait = set_timeout_with_handle(
                move || {
                    let _was_there = is_long.try_set(true);
                },
                PATIENCE,
            );
            timer.set_value(wait.ok());
        }
    });
    view! {
        <Show when=move || is_long.get()>
            <div class="banner" role="status">
                <Glyph icon=Icon::CircleAlert size=18 />
                <span class="banner__text">{t(Key::ChatOffline)}</span>
                <Button on_click=move |_| talk.live.come_back()>{t(Key::ChatConnectNow)}</Button>
            </div>
        </Show>
    }
}

/// Reads new messages to who does not see them.
#[component]
pub(super) fn News(talk: Talk) -> impl IntoView {
    let room = talk.room();
    let changed = room.changed.clone();
    let text = RwSignal::new(String::new());
    Effect::new(move |last: Option<i64>| {
        changed.track();
        let newest = talk.window(|window| {
            let entry = window.entries().last().filter(|_| !window.has_after)?;
            Some((entry.message.seq, entry.message.author.id, spoken(&entry.message)))
        });
        let newest = newest.filter(|_| !room.is_kept.get());
        let Some((seq, author, sentence)) = newest else { return last.unwrap_or(0) };
        if last.is_some_and(|last| last > 0 && seq > last) && Some(author) != talk.me() {
            text.set(sentence);
        }
        seq.max(last.unwrap_or(0))
    });
    view! { <div class="visually-hidden" aria-live="polite">{move || text.get()}</div> }
}

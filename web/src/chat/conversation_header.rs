//! The head of a conversation: what it is, what it is about, what can be opened.

use super::access::AccessDialog;
use super::all_read::mark_one_read;
use super::chat_settings::{chat_settings, delete_chat};
use super::explain::ExplainDialog;
use super::group_people::GroupPeople;
use super::talk::{Jump, Talk};
use crate::api::chat as api;
use crate::app::BackOrMenu;
use crate::effect::Effect;
use crate::i18n::{Key, t, tf, tn};
use crate::notifications::LoudnessMenu;
use crate::page::Page;
use crate::state::layout::Panel;
use crate::state::{Layout, Spaces};
use crate::ui::{
    Anchor, Avatar, AvatarSize, Confirm, Glyph, Icon, IconButton, Menu, MenuItem, MenuLine,
    StatusDot, once_open,
};
use gloo_timers::callback::Interval;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, ChatKind};
use shared::ids::SpaceId;
use shared::permission::Permission;

/// How often is asked how many are here, where nobody is told of it.
const LOOK_MS: u32 = 60_000;

/// See the module.
#[component]
pub fn ConversationHeader(talk: Talk) -> impl IntoView {
    let layout = expect_context::<Layout>();
    let chats = talk.chats;
    let chat = Memo::new(move |_| chats.get(talk.chat));
    let space = chats.peek(talk.chat, |chat| chat.space_id).flatten();
    let back = space.map_or(Page::Conversations, Page::Space);
    let title = move || chat.with(|chat| chat.as_ref().map(|chat| chats.title(chat)));
    let topic = Memo::new(move |_| chat.with(|c| c.as_ref().and_then(|c| c.topic.clone())));
    let is_whole = RwSignal::new(false);
    let menu = RwSignal::new(None::<Anchor>);
    let is_open = move |panel| Signal::derive(move || layout.panel.get() == Some(panel));
    view! {
        <header class="conversation__header">
            <BackOrMenu to=back />
            <ChatIcon talk chat />
            <h1 class="conversation__title">{title}</h1>
            <Show when=move || topic.with(Option::is_some)>
                <button
                    class="conversation__topic"
                    class:conversation__topic--whole=move || is_whole.get()
                    type="button"
                    aria-expanded=move || if is_whole.get() { "true" } else { "false" }
                    on:click=move |_| is_whole.update(|whole| *whole = !*whole)
                >
                    {topic}
                </button>
            </Show>
            {space.map(|space| view! { <Here space /> })}
            <span class="conversation__buttons">
                <IconButton
                    icon=Icon::Search
                    label=t(Key::AppSearch)
                    pressed=is_open(Panel::Search)
                    on_click=move |_| layout.toggle(Panel::Search)
                />
                <IconButton
                    icon=Icon::Pin
                    label=t(Key::ConversationPins)
                    pressed=is_open(Panel::Pins(talk.chat))
                    on_click=move |_| layout.toggle(Panel::Pins(talk.chat))
                />
                <IconButton
                    icon=Icon::MessagesSquare
                    label=t(Key::ConversationThreads)
                    pressed=is_open(Panel::Threads(talk.chat))
                    on_click=move |_| layout.toggle(Panel::Threads(talk.chat))
                />
                <Show when=move || space.is_some()>
                    <IconButton
                        icon=Icon::Users
                        label=t(Key::AppMembers)
                        pressed=is_open(Panel::Members)
                        on_click=move |_| layout.toggle(Panel::Members)
                    />
                </Show>
                <IconButton
                    icon=Icon::More
                    label=t(Key::AppMore)
                    on_click=move |event: MouseEvent| menu.set(Some(Anchor::of_event(&event)))
                />
            </span>
        </header>
        {once_open(move || menu.with(Option::is_some), move || chat_menu(talk, chat, menu))}
    }
}

/// How many members are here.
#[component]
fn Here(space: SpaceId) -> impl IntoView {
    let roster = expect_context::<Spaces>().roster(space);
    let count = Memo::new(move |_| roster.online());
    let clock = Interval::new(LOOK_MS, move || {
        if !document().hidden() {
            roster.count_again();
        }
    });
    // Stops with the header.
    let _clock = StoredValue::new_local(clock);
    let text = move || count.get().map(|count| tn(Key::ChatHere, count));
    view! { <span class="conversation__here">{text}</span> }
}

/// `#`, or who one talks with and whether he is there.
#[component]
fn ChatIcon(talk: Talk, chat: Memo<Option<Chat>>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    move || {
        let chat = chat.get()?;
        if talk.chats.is_notes(&chat) {
            return Some(view! { <Glyph icon=Icon::Bookmark /> }.into_any());
        }
        let view = match (chat.kind, talk.chats.partner(&chat)) {
            (ChatKind::Direct, Some(person)) => {
                let status = Signal::derive(move || spaces.status(person.id));
                let label = move || crate::i18n::by_name(&format!("status.{}", status.get().key()));
                view! {
                    <span class="with-status">
                        <Avatar
                            id=person.id.0
                            name=person.name().to_owned()
                            url=person.avatar_url.clone()
                            size=AvatarSize::Small
                        />
                        <StatusDot status label />
                    </span>
                }
                .into_any()
            }
            (ChatKind::Space, _) => view! { <Glyph icon=Icon::Hash /> }.into_any(),
            _ => view! { <Glyph icon=Icon::Users /> }.into_any(),
        };
        Some(view)
    }
}

#[component]
fn ChatMenu(talk: Talk, chat: Memo<Option<Chat>>, menu: RwSignal<Option<Anchor>>) -> impl IntoView {
    let [editing, deleting, leaving, access, explaining, people] =
        [(); 6].map(|()| RwSignal::new(false));
    let space = talk.chats.peek(talk.chat, |chat| chat.space_id).flatten();
    let calendar_at = StoredValue::new(Anchor::default());
    let loudness = RwSignal::new(None::<Anchor>);
    Effect::new(move |_| {
        if let Some(anchor) = menu.get() {
            calendar_at.set_value(anchor);
        }
    });
    let is = move |kind: ChatKind| chat.with(|c| c.as_ref().is_some_and(|c| c.kind == kind));
    let (spaces, layout) = (expect_context::<Spaces>(), expect_context::<Layout>());
    let manages = move || space.is_some_and(|space| spaces.can(space, Permission::ManageChats));
    let may_edit = move || manages() || is(ChatKind::Group);
    let owns_group = move || {
        chat.with(|c| c.as_ref().and_then(|c| c.owner_id)) == talk.session.user_id()
            && is(ChatKind::Group)
    };
    let may_delete = move || {
        let is_default = chat.with(|c| c.as_ref().is_some_and(|c| c.is_default));
        manages() && !is_default || owns_group()
    };
    view! {
        <Menu at=menu label=t(Key::ChatChatMenu)>
            <Show when=move || layout.is_phone.get()>
                <MenuItem
                    icon=Icon::Pin
                    label=t(Key::ConversationPins)
                    on_choose=move |()| layout.toggle(Panel::Pins(talk.chat))
                />
                <MenuItem
                    icon=Icon::MessagesSquare
                    label=t(Key::ConversationThreads)
                    on_choose=move |()| layout.toggle(Panel::Threads(talk.chat))
                />
                <MenuLine />
            </Show>
            <MenuItem
                icon=Icon::Check
                label=t(Key::ChatMarkRead)
                on_choose=move |()| mark_one_read(talk)
            />
            <MenuItem
                icon=Icon::Bell
                label=t(Key::NotificationsLoudness)
                on_choose=move |()| loudness.set(Some(calendar_at.get_value()))
            />
            <MenuItem
                icon=Icon::Calendar
                label=t(Key::ChatJumpToDate)
                on_choose=move |()| talk.calendar.set(Some(calendar_at.get_value()))
            />
            <MenuItem
                icon=Icon::ArrowUp
                label=t(Key::ChatToBeginning)
                on_choose=move |()| talk.jump.set(Some(Jump::Seq(1)))
            />
            <Show when=move || may_edit() || may_delete()>
                <MenuLine />
            </Show>
            <Show when=may_edit>
                <MenuItem
                    icon=Icon::Settings
                    label=t(Key::ChatSettings)
                    on_choose=move |()| editing.set(true)
                />
            </Show>
            <Show when=move || space.is_some() && may_edit()>
                <MenuItem
                    icon=Icon::Lock
                    label=t(Key::ConversationAccess)
                    on_choose=move |()| access.set(true)
                />
            </Show>
            <Show when=move || space.is_some()>
                <MenuItem
                    icon=Icon::Help
                    label=t(Key::ConversationExplain)
                    on_choose=move |()| explaining.set(true)
                />
            </Show>
            <Show when=move || is(ChatKind::Group)>
                <MenuItem
                    icon=Icon::Users
                    label=t(Key::ConversationGroupPeople)
                    on_choose=move |()| people.set(true)
                />
                <MenuItem
                    icon=Icon::LogOut
                    danger=true
                    label=t(Key::ChatLeaveGroup)
                    on_choose=move |()| leaving.set(true)
                />
            </Show>
            <Show when=may_delete>
                <MenuItem
                    icon=Icon::Trash
                    danger=true
                    label=t(Key::ChatDeleteChat)
                    on_choose=move |()| deleting.set(true)
                />
            </Show>
        </Menu>
        <LoudnessMenu at=loudness chat=talk.chat />
        {once_open(move || editing.get(), move || chat_settings(talk.chat, editing))}
        {once_open(move || deleting.get(), move || delete_chat(talk.chat, deleting))}
        <LeaveGroup talk open=leaving />
        <GroupPeople chat=talk.chat open=people />
        {space
            .map(|space| {
                view! {
                    <AccessDialog chat=talk.chat space open=access />
                    <ExplainDialog chat=talk.chat space open=explaining />
                }
            })}
    }
}

#[component]
fn LeaveGroup(talk: Talk, open: RwSignal<bool>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let chats = talk.chats;
    let text = move || {
        let name = chats.get(talk.chat).map(|chat| chats.title(&chat)).unwrap_or_default();
        tf(Key::ChatLeaveGroupText, &[("name", &name)])
    };
    let leave = move |()| {
        let Some(me) = talk.me() else { return };
        busy.set(true);
        spawn_local(async move {
            let outcome = api::remove_member(talk.chat, me).await;
            busy.set(false);
            match outcome {
                Ok(()) => {
                    open.set(false);
                    talk.messages.forget(talk.chat);
                    chats.remove(talk.chat);
                }
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    view! {
        <Confirm
            open
            title=t(Key::ChatLeaveGroup)
            text
            action=t(Key::ChatLeaveGroup)
            busy
            error
            on_confirm=leave
        />
    }
}

crate::lazy! {
    tools => pub fn chat_menu(
        talk: Talk,
        chat: Memo<Option<Chat>>,
        menu: RwSignal<Option<Anchor>>,
    ) -> AnyView {
        view! { <ChatMenu talk chat menu /> }.into_any()
    }
}

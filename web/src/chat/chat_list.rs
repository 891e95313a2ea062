//! The chats of a space, or the direct and group chats, in the sidebar.

use super::keys::{in_order, page};
use super::new_chat::{NewChat, NewConversation};
use crate::i18n::{Key, t, tn};
use crate::state::{Chats, Drafts, Load, Spaces};
use crate::ui::button::IconLook;
use crate::ui::{
    Avatar, AvatarSize, Badge, Button, Empty, Failure, Glyph, Icon, IconButton, Picture,
    SkeletonRows, StatusDot,
};
use leptos::prelude::*;
use leptos_router::components::A;
use shared::chat::{Chat, ChatKind};
use shared::ids::{ChatId, SpaceId};
use shared::permission::Permission;

/// The chats of `space`; without one, the direct and group chats.
#[component]
pub fn ChatList(#[prop(into)] space: Signal<Option<SpaceId>>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let making = RwSignal::new(false);
    let talking = RwSignal::new(false);
    let list = Memo::new(move |_| in_order(chats, space.get()));
    let may_add = move || match space.get() {
        Some(space) => spaces.can(space, Permission::ManageChats),
        None => true,
    };
    let add = move || {
        if space.get_untracked().is_some() {
            making.set(true);
        } else {
            talking.set(true);
        }
    };
    let label = move || match space.get() {
        Some(_) => t(Key::ChatNewChat)(),
        None => t(Key::ChatNewMessage)(),
    };
    let heading = move || match space.get() {
        Some(_) => t(Key::ChatChats)(),
        None => t(Key::ChatConversations)(),
    };
    let is_empty = move || list.with(Vec::is_empty) && chats.load().ready().is_some();
    view! {
        <nav class="chat-list" aria-label=heading>
            <div class="chat-list__head">
                <h2 class="chat-list__heading">{heading}</h2>
                <Show when=may_add>
                    <IconButton
                        icon=Icon::Plus
                        label
                        look=IconLook::Small
                        on_click=move |_| add()
                    />
                </Show>
            </div>
            {move || match chats.load() {
                Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
                Load::Failed(error) => {
                    view! {
                        <Failure
                            sentence=Signal::derive(move || error.sentence())
                            on_retry=move |()| chats.reload()
                        />
                    }
                        .into_any()
                }
                Load::Ready(()) => ().into_any(),
            }}
            <For each=move || list.get() key=|id| *id let(id)>
                <ChatRow id />
            </For>
            <Show when=move || is_empty() && space.get().is_none()>
                <Empty
                    picture=Picture::Bubbles
                    title=t(Key::ChatNoConversationsTitle)
                    text=t(Key::ChatNoConversationsText)
                >
                    <Button icon=Icon::Plus on_click=move |_| talking.set(true)>
                        {t(Key::ChatNewMessage)}
                    </Button>
                </Empty>
            </Show>
        </nav>
        {move || space.get().map(|space| view! { <NewChat space open=making /> })}
        <NewConversation open=talking />
    }
}

/// One chat: bold when something in it is unread, loud when somebody waits for an answer.
#[component]
fn ChatRow(id: ChatId) -> impl IntoView {
    let (chats, drafts) = (expect_context::<Chats>(), expect_context::<Drafts>());
    let chat = Memo::new(move |_| chats.get(id));
    let space = chats.peek(id, |chat| chat.space_id).flatten();
    let read = Memo::new(move |_| chat.with(|c| c.as_ref().map(|c| c.read)).unwrap_or_default());
    let title =
        Memo::new(move |_| chat.with(|c| c.as_ref().map(|c| chats.title(c))).unwrap_or_default());
    let is_direct = space.is_none();
    // A direct message is always meant for the reader.
    let loud = Memo::new(move |_| {
        let read = read.get();
        if is_direct { read.unread } else { read.mentions }
    });
    let quiet = Memo::new(move |_| if loud.get() > 0 { 0 } else { read.get().unread });
    let has_draft = Memo::new(move |_| drafts.has(id));
    view! {
        <A
            href=page(space, id).path()
            attr:class="chat-row"
            attr:data-unread=move || (read.get().unread > 0).then_some("true")
        >
            <RowIcon chat />
            <span class="chat-row__name">{title}</span>
            <Show when=move || has_draft.get()>
                <span class="chat-row__draft" role="img" aria-label=t(Key::ChatDraft) data-tip=t(Key::ChatDraft)>
                    <Glyph icon=Icon::Edit size=14 />
                </span>
            </Show>
            <Badge count=loud loud=true label=move || tn(Key::AppMentions, loud.get()) />
            <Badge count=quiet label=move || tn(Key::AppUnread, quiet.get()) />
        </A>
    }
}

#[component]
fn RowIcon(chat: Memo<Option<Chat>>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let shape = Memo::new(move |_| {
        chat.with(|chat| {
            let chat = chat.as_ref()?;
            Some((chat.kind, chats.partner(chat)))
        })
    });
    move || {
        let (kind, partner) = shape.get()?;
        let view = match (kind, partner) {
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
            (ChatKind::Space, _) => view! { <Glyph icon=Icon::Hash size=18 /> }.into_any(),
            _ => view! { <Glyph icon=Icon::Users size=18 /> }.into_any(),
        };
        Some(view)
    }
}

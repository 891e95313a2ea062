//! A chat in the sidebar.

use super::keys::page;
use crate::i18n::{Key, t, tn};
use crate::router::A;
use crate::state::waiting::shown;
use crate::state::{Chats, Drafts, Spaces};
use crate::ui::{Avatar, AvatarSize, Badge, Glyph, Icon, StatusDot};
use leptos::prelude::*;
use shared::chat::{Chat, ChatKind};
use shared::ids::ChatId;
use shared::notifications::Level;
use shared::permission::{OverrideTarget, Permission};

/// One chat: bold when something in it is unread, loud when somebody waits for an answer.
#[component]
pub fn ChatRow(id: ChatId) -> impl IntoView {
    let (chats, drafts) = (expect_context::<Chats>(), expect_context::<Drafts>());
    let chat = Memo::new(move |_| chats.get(id));
    let space = chats.peek(id, |chat| chat.space_id).flatten();
    let read = Memo::new(move |_| {
        chats.loudness.with(|s| chat.with(|c| c.as_ref().map(|c| shown(c, s)))).unwrap_or_default()
    });
    let is_muted = Memo::new(move |_| {
        chat.with(|c| c.as_ref().is_some_and(|c| chats.level(c) == Level::Nothing))
    });
    let title =
        Memo::new(move |_| chat.with(|c| c.as_ref().map(|c| chats.title(c))).unwrap_or_default());
    let is_direct = space.is_none();
    // A direct message is always meant for the reader.
    let loud = Memo::new(move |_| {
        let read = read.get();
        if is_direct { read.unread } else { read.mentions }
    });
    let quiet = Memo::new(move |_| if loud.get() > 0 { 0 } else { read.get().unread });
    let has_draft = Memo::new(move |_| drafts.has(id.into()));
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
            <Show when=move || is_muted.get()>
                <span
                    class="chat-row__draft"
                    role="img"
                    aria-label=t(Key::NotificationsMuted)
                    data-tip=t(Key::NotificationsMuted)
                >
                    <Glyph icon=Icon::BellOff size=14 />
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
            let is_closed = chat.overrides.iter().any(|o| {
                o.target == OverrideTarget::Everybody && o.deny.contains(Permission::ViewChat)
            });
            Some((chat.kind, chats.partner(chat), chats.is_notes(chat), is_closed))
        })
    });
    move || {
        let (kind, partner, is_notes, is_closed) = shape.get()?;
        let view = match (kind, partner) {
            _ if is_notes => view! { <Glyph icon=Icon::Bookmark size=18 /> }.into_any(),
            (ChatKind::Space, _) if is_closed => {
                view! { <Glyph icon=Icon::Lock size=18 /> }.into_any()
            }
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

//! One entry of the inbox.

use crate::i18n::{Key, exact, lang, relative, t, tf};
use crate::page::{Page, invite_path, link};
use crate::state::{Notices, Spaces};
use crate::ui::{Avatar, AvatarSize, Glyph, Icon, IconButton};
use leptos::prelude::*;
use shared::chat::ChatKind;
use shared::ids::SpaceId;
use shared::notifications::{Notification, NotificationKind};

const fn icon(kind: NotificationKind) -> Icon {
    match kind {
        NotificationKind::Mention => Icon::AtSign,
        NotificationKind::Reply => Icon::Reply,
        NotificationKind::Thread => Icon::MessagesSquare,
        NotificationKind::DirectMessage => Icon::MessageCircle,
        NotificationKind::Invite => Icon::Mail,
        NotificationKind::RoleChange | NotificationKind::Moderation => Icon::Shield,
    }
}

/// Where it leads: the message, the invitation, or the space while one is in it.
#[must_use]
pub fn target(entry: &Notification, is_in: impl Fn(SpaceId) -> bool) -> Option<String> {
    if let (Some(chat), Some(message)) = (&entry.chat, &entry.message) {
        let page = match (&entry.space, chat.kind) {
            (Some(space), ChatKind::Space) => Page::Chat(space.id, chat.id),
            _ => Page::Direct(chat.id),
        };
        return Some(link(page, message.thread_root, message.seq));
    }
    match (entry.kind, &entry.detail.code, &entry.space) {
        (NotificationKind::Invite, Some(code), _) => Some(invite_path(code)),
        (
            NotificationKind::RoleChange | NotificationKind::Invite | NotificationKind::Moderation,
            _,
            Some(space),
        ) => is_in(space.id).then(|| Page::Space(space.id).path()),
        _ => None,
    }
}

/// See the module.
#[component]
pub fn Entry(notices: Notices, entry: Notification) -> impl IntoView {
    let (id, kind, at) = (entry.id, entry.kind, entry.created_at);
    let (actor, place) = (entry.actor.clone(), entry.place());
    let spaces = expect_context::<Spaces>();
    let until = entry.detail.until;
    let is_read = Memo::new(move |_| {
        notices.items.with(|items| {
            items.ready().and_then(|list| list.iter().find(|n| n.id == id)).is_none_or(|n| n.read)
        })
    });
    let entry = StoredValue::new(entry);
    let href = Memo::new(move |_| {
        entry.with_value(|entry| target(entry, |space| spaces.get(space).is_some()))
    });
    let title = move || entry.with_value(|entry| entry.headline(lang()));
    let body = move || entry.with_value(|entry| entry.body(lang()));
    let is_gone = entry.with_value(Notification::is_gone);
    let picture = match actor {
        Some(actor) => view! {
            <Avatar
                id=actor.id.0
                name=actor.name().to_owned()
                url=actor.avatar_url.clone()
                size=AvatarSize::Usual
            />
        }
        .into_any(),
        None => ().into_any(),
    };
    let inside = view! {
        <span class="notice__picture">
            {picture} <span class="notice__kind"><Glyph icon=icon(kind) size=14 /></span>
        </span>
        <span class="notice__text">
            <span class="notice__head">
                <span class="notice__title">{title}</span>
                <time class="notice__time" title=move || exact(at)>
                    {move || relative(at)}
                </time>
            </span>
            <span class="notice__place">{place}</span>
            <span class="notice__body" class:notice__body--gone=is_gone>
                {body}
            </span>
            {until
                .map(|until| {
                    view! {
                        <span class="notice__place">
                            {move || tf(Key::NotificationsUntil, &[("time", &exact(until))])}
                        </span>
                    }
                })}
        </span>
    }
    .into_any();
    view! {
        <li class="notice" class:notice--unread=move || !is_read.get()>
            // Without an address it is no link.
            <a class="notice__link" href=move || href.get() on:click=move |_| notices.read(id)>
                {inside}
            </a>
            <span class="notice__buttons">
                <Show when=move || !is_read.get()>
                    <IconButton
                        icon=Icon::Check
                        label=t(Key::NotificationsMarkRead)
                        on_click=move |_| notices.read(id)
                    />
                </Show>
                <IconButton
                    icon=Icon::Close
                    label=t(Key::NotificationsDelete)
                    on_click=move |_| notices.remove(id)
                />
            </span>
        </li>
    }
}

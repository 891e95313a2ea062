//! The way to the inbox, with the count of what is unread.

use crate::i18n::{Key, t, tn};
use crate::page::Page;
use crate::router::A;
use crate::state::Notices;
use crate::ui::{Badge, Glyph, Icon};
use leptos::prelude::*;

fn inside(notices: Notices) -> impl IntoView {
    view! {
        <Glyph icon=Icon::Bell />
        <Badge
            count=notices.unread
            loud=true
            label=move || tn(Key::NotificationsUnread, notices.unread.get())
        />
    }
}

/// In the rail.
#[component]
pub fn BellLink() -> impl IntoView {
    let notices = expect_context::<Notices>();
    view! {
        <A
            href=Page::Inbox.path()
            attr:class="rail__item rail__item--round"
            attr:data-tip=t(Key::NotificationsTitle)
        >
            {inside(notices)}
            <span class="visually-hidden">{t(Key::NotificationsTitle)}</span>
        </A>
    }
}

/// In the bar of a phone.
#[component]
pub fn BellItem() -> impl IntoView {
    let notices = expect_context::<Notices>();
    view! {
        <A href=Page::Inbox.path() attr:class="bottom-bar__item">
            {inside(notices)}
            <span>{t(Key::NotificationsInbox)}</span>
        </A>
    }
}

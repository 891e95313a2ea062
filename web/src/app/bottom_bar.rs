//! What only a phone has: the bar at the bottom, the way back by a finger.

use super::swipe::swipe_back;
use crate::i18n::{Key, t};
use crate::notifications::BellItem;
use crate::page::{Page, SettingsTab};
use crate::router::A;
use crate::state::Layout;
use crate::ui::{Glyph, Icon, once_open};
use leptos::prelude::*;

/// Home, direct messages, search, me.
#[component]
pub fn BottomBar() -> impl IntoView {
    let layout = expect_context::<Layout>();
    view! {
        <nav class="bottom-bar" aria-label=t(Key::AppMenu)>
            <A href=Page::Home.path() exact=true attr:class="bottom-bar__item">
                <Glyph icon=Icon::Home />
                <span>{t(Key::AppHome)}</span>
            </A>
            <A href=Page::Conversations.path() attr:class="bottom-bar__item">
                <Glyph icon=Icon::MessagesSquare />
                <span>{t(Key::AppDirect)}</span>
            </A>
            <button
                class="bottom-bar__item"
                type="button"
                on:click=move |_| layout.palette.set(true)
            >
                <Glyph icon=Icon::Search />
                <span>{t(Key::AppSearch)}</span>
            </button>
            <BellItem />
            <A
                href=Page::Settings(SettingsTab::Account).path()
                attr:class="bottom-bar__item"
            >
                <Glyph icon=Icon::User />
                <span>{t(Key::AppMe)}</span>
            </A>
        </nav>
        {once_open(move || layout.is_phone.get(), swipe_back)}
    }
}

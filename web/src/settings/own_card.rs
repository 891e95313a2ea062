//! The signed-in person at the foot of the sidebar.

use super::account::sign_out_dialog;
use crate::api::identity as api;
use crate::form::Question;
use crate::i18n::{Key, by_name, t};
use crate::live::{self, Live};
use crate::page::{Page, SettingsTab};
use crate::people::{StatusDialog, custom_text, name_of};
use crate::router::{A, navigate};
use crate::state::{People, Session};
use crate::ui::popover::Side;
use crate::ui::{
    Anchor, Avatar, Glyph, Icon, Menu, MenuItem, MenuLine, StatusDot, Toasts, once_open,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::Status;

const STATUSES: [Status; 4] = [Status::Online, Status::Away, Status::Dnd, Status::Offline];

/// Picture, name and status of the signed-in person; a menu of statuses; the way to the settings.
#[component]
pub fn OwnCard() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = Signal::derive(move || {
        session.me().map(|me| me.as_ref().name().to_owned()).unwrap_or_default()
    });
    let url = Signal::derive(move || session.me().and_then(|me| me.avatar_url));
    let status = Signal::derive(move || session.me().map(|me| me.status).unwrap_or_default());
    // Without the stream others see nobody here, whatever was chosen.
    let live = expect_context::<Live>();
    let shown = Signal::derive(move || match live.status.get() {
        live::Status::Broken => Status::Offline,
        _ => status.get(),
    });
    // Who chose to be offline is "invisible".
    let shown_name = move || match live.status.get() {
        live::Status::Broken => by_name("status.offline"),
        _ => name_of(status.get()),
    };
    let menu = RwSignal::new(None::<Anchor>);
    let people = expect_context::<People>();
    // What one says about oneself, or else the status.
    let line = move || {
        let custom = session.user_id().and_then(|id| people.custom_status(id));
        custom.map_or_else(shown_name, |custom| custom_text(&custom))
    };
    view! {
        <div class="own-card">
            <button
                class="own-card__person"
                type="button"
                data-person=move || session.user_id().map(|id| id.to_string())
                aria-haspopup="menu"
                aria-expanded=move || if menu.with(Option::is_some) { "true" } else { "false" }
                on:click=move |event| menu.set(Some(Anchor::of_event(&event)))
            >
                <span class="with-status">
                    {move || {
                        session.user_id().map(|id| view! { <Avatar id=id.0 name url /> })
                    }}
                    <StatusDot status=shown label=shown_name />
                </span>
                <span class="own-card__text">
                    <span class="own-card__name">{name}</span>
                    <span class="own-card__status" aria-hidden="true">
                        {line}
                    </span>
                </span>
            </button>
            <A
                href=Page::Settings(SettingsTab::Appearance).path()
                attr:class="icon-button"
                attr:aria-label=t(Key::AppSettings)
                attr:data-tip=t(Key::AppSettings)
            >
                <Glyph icon=Icon::Settings />
            </A>
        </div>
        {once_open(move || menu.with(Option::is_some), move || own_menu(session, menu, status))}
    }
}

#[component]
fn OwnMenu(
    session: Session,
    at: RwSignal<Option<Anchor>>,
    status: Signal<Status>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let telling = RwSignal::new(false);
    let people = expect_context::<People>();
    let account = Callback::new(move |()| {
        navigate(&Page::Settings(SettingsTab::Account).path());
    });
    let choose = move |status: Status| {
        spawn_local(async move {
            match api::set_status(status).await {
                Ok(()) => {
                    if let Some(mut me) = untrack(|| session.me()) {
                        me.status = status;
                        session.set_me(me);
                    }
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let leaving = Question::default();
    view! {
        <Menu at side=Side::Above label=t(Key::StatusChoose)>
            {STATUSES
                .into_iter()
                .map(|choice| {
                    view! {
                        <MenuItem
                            label=move || name_of(choice)
                            checked=Signal::derive(move || status.get() == choice)
                            on_choose=move |()| choose(choice)
                        />
                    }
                })
                .collect_view()}
            <MenuLine />
            <MenuItem
                icon=Icon::Smile
                label=t(Key::PeopleSetStatus)
                on_choose=move |()| telling.set(true)
            />
            <MenuItem
                icon=Icon::Eye
                label=t(Key::PeopleOwnProfile)
                on_choose=move |()| people.open.set(untrack(|| session.user_id()))
            />
            <MenuItem
                icon=Icon::User
                label=t(Key::SettingsAccount)
                on_choose=move |()| account.run(())
            />
            <MenuItem
                icon=Icon::LogOut
                label=t(Key::IdentitySignOut)
                on_choose=move |()| leaving.ask()
            />
        </Menu>
        <StatusDialog open=telling />
        {sign_out_dialog(session, leaving)}
    }
}

crate::lazy! {
    tools => pub fn own_menu(
        session: Session,
        at: RwSignal<Option<Anchor>>,
        status: Signal<Status>,
    ) -> AnyView {
        view! { <OwnMenu session at status /> }.into_any()
    }
}

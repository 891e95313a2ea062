//! The four areas of the screen for a signed-in person, and the stores that live with them.

use super::bottom_bar::BottomBar;
use crate::chat::ChatList;
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::settings::OwnCard;
use crate::spaces::{Rail, SpaceHeader};
use crate::state::layout::Panel;
use crate::state::session::Auth;
use crate::state::{Layout, Session, Spaces};
use crate::ui::{Failure, Icon, IconButton, SkeletonRows};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use shared::ids::SpaceId;

/// Asks who is there, then shows the areas to whoever is signed in. Another person gets new stores.
#[component]
pub fn Shell() -> impl IntoView {
    let session = expect_context::<Session>();
    let who = Memo::new(move |_| match session.auth() {
        Auth::SignedIn(me) => Who::SignedIn(me.id),
        Auth::Starting => Who::Starting,
        Auth::Unknown(error) => Who::Unknown(error),
        Auth::SignedOut => Who::SignedOut,
    });
    move || match who.get() {
        Who::SignedIn(_) => view! { <Areas session /> }.into_any(),
        Who::SignedOut => view! { <Redirect path=Page::Login.path() /> }.into_any(),
        Who::Starting => view! { <SkeletonRows label=t(Key::AppLoading) /> }.into_any(),
        Who::Unknown(error) => view! {
            <Failure
                sentence=Signal::derive(move || error.sentence())
                on_retry=move |()| session.resume()
            />
        }
        .into_any(),
    }
}

#[derive(Clone, PartialEq)]
enum Who {
    Starting,
    Unknown(crate::api::ApiError),
    SignedOut,
    SignedIn(shared::ids::UserId),
}

/// The space of the address, for everything inside the shell.
#[derive(Clone, Copy)]
pub struct CurrentSpace(pub Memo<Option<SpaceId>>);

#[component]
fn Areas(session: Session) -> impl IntoView {
    let layout = expect_context::<Layout>();
    provide_context(Spaces::start(session));
    let path = use_location().pathname;
    let space = Memo::new(move |_| space_of(&path.get()));
    provide_context(CurrentSpace(space));
    Effect::new(move |_| {
        path.track();
        layout.drawer.set(false);
        if !layout.is_wide.get_untracked() {
            layout.panel.set(None);
        }
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && !event.default_prevented() {
            layout.drawer.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    let behind = move || layout.drawer.get() && layout.is_narrow.get();
    let pane = move || if is_list(&path.get()) { "list" } else { "content" };
    view! {
        <div
            class="shell"
            data-pane=pane
            data-drawer=move || layout.drawer.get().then_some("open")
            data-panel=move || layout.panel.get().map(|_| "open")
        >
            <a class="skip-link" href="#content">
                {t(Key::AppSkipToContent)}
            </a>
            <div class="shell__start">
                <Rail />
                <aside class="sidebar" aria-label=t(Key::AppChatsAndSpaces)>
                    <SpaceHeader space />
                    <div class="sidebar__list">
                        <ChatList space />
                    </div>
                    <OwnCard />
                </aside>
            </div>
            <button
                class="shell__scrim"
                type="button"
                tabindex="-1"
                aria-hidden="true"
                on:click=move |_| layout.drawer.set(false)
            ></button>
            <main class="content" id="content" tabindex="-1" inert=behind>
                <Outlet />
            </main>
            <Show when=move || layout.panel.get().is_some()>
                <ContextPanel layout />
            </Show>
            <BottomBar />
        </div>
    }
}

#[component]
fn ContextPanel(layout: Layout) -> impl IntoView {
    let title = move || match layout.panel.get() {
        Some(Panel::Search) => t(Key::AppSearch)(),
        _ => t(Key::AppMembers)(),
    };
    view! {
        <aside class="panel" aria-label=title>
            <header class="panel__header">
                <h2>{title}</h2>
                <IconButton
                    icon=Icon::Close
                    label=t(Key::AppClosePanel)
                    on_click=move |_| layout.close_panel()
                />
            </header>
        </aside>
    }
}

/// The space in an address such as `/s/<id>/c/<id>`.
fn space_of(path: &str) -> Option<SpaceId> {
    path.strip_prefix("/s/")?.split('/').next()?.parse().ok()
}

/// Whether a phone shows the list of chats at this address.
fn is_list(path: &str) -> bool {
    path == "/" || path == "/d" || (path.starts_with("/s/") && !path.contains("/c/"))
}

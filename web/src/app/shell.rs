//! The four areas of the screen for a signed-in person, and the stores that live with them.

use super::Screen;
use super::bottom_bar::BottomBar;
use super::keys_dialog::keys_dialog;
use super::panel::ContextPanel;
use crate::api::ApiError;
use crate::chat::ChatList;
use crate::effect::Effect;
use crate::files::uploads::Uploads;
use crate::i18n::{Key, t, tf};
use crate::identity::EmailBanner;
use crate::live::{Live, Stores};
use crate::page::{Page, before};
use crate::palette::palette;
use crate::people::Cards;
use crate::router::{address, path, redirect};
use crate::settings::OwnCard;
use crate::spaces::{CurrentSpace, PreviewNote, Rail, SpaceHeader};
use crate::state::session::Auth;
use crate::state::{
    Categories, Chats, Drafts, Expression, Layout, Load, Messages, Notices, Outbox, People,
    Session, Settings, Spaces, Threads, Typing, last,
};
use crate::ui::{Failure, SkeletonRows, Toasts, focus, on_its_way, once_open, once_open_as};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use shared::ids::{SpaceId, UserId};

/// Asks who is there, then shows the areas to whoever is signed in. Another person gets new stores.
#[component]
pub fn Shell(screen: Memo<Screen>) -> impl IntoView {
    let session = expect_context::<Session>();
    let who = Memo::new(move |_| match session.auth() {
        Auth::SignedIn(me) => Who::SignedIn(me.id),
        Auth::Starting => Who::Starting,
        Auth::Unknown(error) => Who::Unknown(error),
        Auth::SignedOut => Who::SignedOut,
    });
    move || match who.get() {
        Who::SignedIn(_) => view! { <Areas session screen /> }.into_any(),
        Who::SignedOut => view! { <ToLogin /> }.into_any(),
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
    Unknown(ApiError),
    SignedOut,
    SignedIn(UserId),
}

/// Signs in first, then comes back here.
#[component]
fn ToLogin() -> impl IntoView {
    Effect::new(move |_| {
        let here = untrack(address);
        let to = match here == Page::Home.path() {
            true => Page::Login.path(),
            false => before(Page::Login, &here),
        };
        redirect(&to);
    });
}

/// Starts the stores and the socket for everything inside.
fn provide_stores(session: Session) {
    let settings = expect_context::<Settings>();
    if let Some(user) = untrack(|| session.user_id()) {
        settings.enter_account(user);
        on_cleanup(move || settings.leave_account());
    }
    let people = People::start(session);
    let spaces = Spaces::start(session, people);
    let chats = Chats::start(session, spaces);
    let outbox = Outbox::start(session);
    let expression = Expression::start();
    provide_context(expression);
    let messages = Messages::start(session, outbox);
    let typing = Typing::start(session);
    let (categories, threads) = (Categories::start(), Threads::start(session));
    provide_context(categories);
    provide_context(threads);
    provide_context(people);
    let notices = Notices::start(session, chats.loudness);
    provide_context(spaces);
    provide_context(chats);
    provide_context(messages);
    provide_context(typing);
    provide_context(notices);
    provide_context(outbox);
    provide_context(Drafts::start(session));
    provide_context(Uploads::default());
    provide_context(Live::start(Stores {
        session,
        settings,
        people,
        spaces,
        chats,
        categories,
        threads,
        messages,
        typing,
        outbox,
        notices,
        expression,
    }));
}

#[component]
fn Areas(session: Session, screen: Memo<Screen>) -> impl IntoView {
    provide_stores(session);
    let layout = expect_context::<Layout>();
    let path = path();
    let current = CurrentSpace::follow(path);
    provide_context(current);
    let shown = current.in_sidebar(path);
    follow_loss(current);
    Effect::new(move |_| {
        path.with(|path| remember(path));
        layout.drawer.set(false);
        layout.palette.set(false);
        if !layout.is_wide.get_untracked() {
            layout.panel.set(None);
        } else if path.with(|path| path.contains("/settings")) {
            layout.leave_search();
        }
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && !event.default_prevented() {
            layout.drawer.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    super::keys_dialog::listen(layout, shown);
    let behind = move || layout.drawer.get() && layout.is_narrow.get();
    let spaces = expect_context::<Spaces>();
    let pane = move || {
        // Who is in no space yet is told how to come into one, instead of an empty list.
        let is_new = || matches!(spaces.load(), Load::Ready(())) && spaces.ids().is_empty();
        let is_list = path.with(|path| is_list(path) && !(path == "/" && is_new()));
        if is_list { "list" } else { "content" }
    };
    view! {
        <div
            class="shell"
            data-pane=pane
            data-drawer=move || layout.drawer.get().then_some("open")
        >
            <a class="skip-link" href="#content">
                {t(Key::AppSkipToContent)}
            </a>
            <div class="shell__start">
                <Rail />
                <aside class="sidebar" aria-label=t(Key::AppChatsAndSpaces)>
                    <SpaceHeader space=shown />
                    <div class="sidebar__list">
                        <ChatList space=shown />
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
                <EmailBanner />
                <PreviewNote />
                {move || screen.get().inside()}
            </main>
            <ContextPanel />
            <BottomBar />
            <Cards />
        </div>
        {once_open_as(move || layout.palette.get(), palette, typed_ahead)}
        {once_open(move || layout.keys.get(), keys_dialog)}
    }
}

/// Takes what is typed for the palette while its code is on its way: nothing of it goes elsewhere.
fn typed_ahead() -> AnyView {
    let layout = expect_context::<Layout>();
    let field = move || {
        focus::return_on_cleanup();
        let node = NodeRef::<html::Input>::new();
        node.on_load(|field| focus::give(&field));
        view! {
            <input
                class="visually-hidden"
                type="text"
                data-passing="true"
                autocomplete="off"
                aria-label=t(Key::AppLoading)
                node_ref=node
                on:input=move |event| layout.palette_words.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        layout.palette_words.set(String::new());
                        layout.palette.set(false);
                    }
                }
            />
        }
    };
    view! {
        {on_its_way()}
        <Show when=move || layout.palette.get()>{field()}</Show>
    }
    .into_any()
}

/// Goes home from a space that is no more for this person: left, deleted, or removed from it.
fn follow_loss(current: CurrentSpace) {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    Effect::new(move |before: Option<Option<(SpaceId, String)>>| {
        let id = current.get();
        let now = id.and_then(|id| Some((id, spaces.get(id)?.name)));
        if let Some(Some((lost, name))) = before
            && now.is_none()
            && id == Some(lost)
        {
            toasts.done(tf(Key::AppSpaceLost, &[("name", &name)]));
            redirect(&Page::Home.path());
        }
        now
    });
}

/// Notes the space and the chat of an address such as `/s/<id>/c/<id>`.
fn remember(path: &str) {
    let mut parts = path.split('/').skip(1);
    if parts.next() == Some("s")
        && let Some(space) = parts.next().and_then(|id| id.parse().ok())
    {
        last::visit(space, parts.nth(1).and_then(|id| id.parse().ok()));
    }
}

/// Whether a phone shows the list of chats at this address.
fn is_list(path: &str) -> bool {
    path == "/"
        || path == "/d"
        || (path.starts_with("/s/") && !path.contains("/c/") && !path.contains("/settings"))
}

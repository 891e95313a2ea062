//! The root: contexts, and what each address shows.

mod bottom_bar;
mod keys_dialog;
mod page_header;
mod pages;
mod panel;
mod panel_edge;
mod shell;
mod swipe;

pub use page_header::{BackOrMenu, PageHeader};

use crate::chat::{ConversationPage, ThreadsPage};
use crate::identity::{ForgotPage, LoginPage, RegisterPage, ResetPage};
use crate::notifications::{InboxPage, UnsubscribePage};
use crate::router;
use crate::settings::SettingsPage;
use crate::spaces::{DiscoverPage, InvitePage, SpaceSettingsPage};
use crate::state::{Layout, Session, Settings};
use crate::stickers::PackPage;
use crate::ui::{TipLayer, ToastRegion, Toasts};
use leptos::prelude::*;
use pages::{ConversationsPage, HomePage, NotFound, SpacePage};
use shell::Shell;

/// What an address shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Login,
    Register,
    Forgot,
    Reset,
    Unsubscribe,
    Invite,
    Home,
    Space,
    /// Of a space, direct or group.
    Chat,
    SpaceSettings,
    Conversations,
    Threads,
    Inbox,
    Discover,
    Pack,
    Settings,
    Nowhere,
}

impl Screen {
    /// The screen of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts[..] {
            [] => Self::Home,
            ["login"] => Self::Login,
            ["register"] => Self::Register,
            ["forgot"] => Self::Forgot,
            ["reset"] => Self::Reset,
            ["unsubscribe"] => Self::Unsubscribe,
            ["i", _] => Self::Invite,
            ["s", _] => Self::Space,
            ["s", _, "c", _] | ["d", _] => Self::Chat,
            ["s", _, "settings"] | ["s", _, "settings", _] => Self::SpaceSettings,
            ["d"] => Self::Conversations,
            ["threads"] => Self::Threads,
            ["inbox"] => Self::Inbox,
            ["discover"] => Self::Discover,
            ["stickers", _] => Self::Pack,
            ["settings"] | ["settings", _] => Self::Settings,
            _ => Self::Nowhere,
        }
    }

    /// A screen that needs no person, without the areas around it.
    fn alone(self) -> Option<AnyView> {
        let view = match self {
            Self::Login => view! { <LoginPage /> }.into_any(),
            Self::Register => view! { <RegisterPage /> }.into_any(),
            Self::Forgot => view! { <ForgotPage /> }.into_any(),
            Self::Reset => view! { <ResetPage /> }.into_any(),
            Self::Unsubscribe => view! { <UnsubscribePage /> }.into_any(),
            Self::Invite => view! { <InvitePage /> }.into_any(),
            _ => return None,
        };
        Some(view)
    }

    /// A screen among the areas of a person.
    fn inside(self) -> AnyView {
        match self {
            Self::Home => view! { <HomePage /> }.into_any(),
            Self::Space => view! { <SpacePage /> }.into_any(),
            Self::Chat => view! { <ConversationPage /> }.into_any(),
            Self::SpaceSettings => view! { <SpaceSettingsPage /> }.into_any(),
            Self::Conversations => view! { <ConversationsPage /> }.into_any(),
            Self::Threads => view! { <ThreadsPage /> }.into_any(),
            Self::Inbox => view! { <InboxPage /> }.into_any(),
            Self::Discover => view! { <DiscoverPage /> }.into_any(),
            Self::Pack => view! { <PackPage /> }.into_any(),
            Self::Settings => view! { <SettingsPage /> }.into_any(),
            Self::Nowhere => view! { <NotFound /> }.into_any(),
            // The areas are on their way out.
            _ => ().into_any(),
        }
    }

    fn is_alone(self) -> bool {
        matches!(
            self,
            Self::Login
                | Self::Register
                | Self::Forgot
                | Self::Reset
                | Self::Unsubscribe
                | Self::Invite
        )
    }
}

/// The client.
#[component]
pub fn App() -> impl IntoView {
    let toasts = Toasts::default();
    provide_context(Settings::load());
    provide_context(Session::start());
    provide_context(Layout::start());
    provide_context(toasts);
    router::start();
    let path = router::path();
    let screen = Memo::new(move |_| path.with(|path| Screen::of(path)));
    // Between screens of a person the areas stay.
    let alone = Memo::new(move |_| Some(screen.get()).filter(|screen| screen.is_alone()));
    view! {
        {move || {
            let alone = alone.get().and_then(Screen::alone);
            alone.unwrap_or_else(|| view! { <Shell screen /> }.into_any())
        }}
        <ToastRegion toasts />
        <TipLayer />
    }
}

#[cfg(test)]
mod tests {
    use super::Screen;
    use crate::page::{Page, SettingsTab, SpaceTab, invite_path};
    use shared::ids::{ChatId, PackId, SpaceId};
    use uuid::Uuid;

    #[test]
    fn every_page_has_its_screen() {
        let id = Uuid::from_u128(7);
        let (space, chat) = (SpaceId(id), ChatId(id));
        for (page, screen) in [
            (Page::Home, Screen::Home),
            (Page::Login, Screen::Login),
            (Page::Register, Screen::Register),
            (Page::Forgot, Screen::Forgot),
            (Page::Inbox, Screen::Inbox),
            (Page::Space(space), Screen::Space),
            (Page::Chat(space, chat), Screen::Chat),
            (Page::Conversations, Screen::Conversations),
            (Page::Direct(chat), Screen::Chat),
            (Page::Threads, Screen::Threads),
            (Page::Discover, Screen::Discover),
            (Page::Pack(PackId(id)), Screen::Pack),
            (Page::Settings(SettingsTab::Data), Screen::Settings),
            (Page::SpaceSettings(space, SpaceTab::Roles), Screen::SpaceSettings),
        ] {
            assert_eq!(Screen::of(&page.path()), screen, "{page:?}");
        }
        assert_eq!(Screen::of(&invite_path("code")), Screen::Invite);
        for (path, screen) in [
            ("/settings", Screen::Settings),
            ("/s/1/settings", Screen::SpaceSettings),
            ("/d/", Screen::Conversations),
            ("/reset", Screen::Reset),
            ("/unsubscribe", Screen::Unsubscribe),
            ("/i", Screen::Nowhere),
            ("/s", Screen::Nowhere),
            ("/s/1/c", Screen::Nowhere),
            ("/s/1/c/2/3", Screen::Nowhere),
            ("/login/else", Screen::Nowhere),
        ] {
            assert_eq!(Screen::of(path), screen, "{path}");
        }
    }
}

//! The root: contexts, routes.

mod bottom_bar;
mod keys_dialog;
mod page_header;
mod pages;
mod panel;
mod panel_edge;
mod shell;

pub use page_header::{BackOrMenu, PageHeader};

use crate::chat::{ConversationPage, ThreadsPage};
use crate::identity::{ForgotPage, LoginPage, RegisterPage, ResetPage};
use crate::notifications::{InboxPage, UnsubscribePage};
use crate::settings::SettingsPage;
use crate::spaces::{DiscoverPage, InvitePage, SpaceSettingsPage};
use crate::state::{Layout, Session, Settings};
use crate::stickers::PackPage;
use crate::ui::{TipLayer, ToastRegion, Toasts};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;
use pages::{ConversationsPage, HomePage, NotFound, SpacePage};
use shell::Shell;

/// The client.
#[component]
pub fn App() -> impl IntoView {
    let toasts = Toasts::default();
    provide_context(Settings::load());
    provide_context(Session::start());
    provide_context(Layout::start());
    provide_context(toasts);
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=LoginPage />
                <Route path=path!("/register") view=RegisterPage />
                <Route path=path!("/forgot") view=ForgotPage />
                <Route path=path!("/reset") view=ResetPage />
                <Route path=path!("/unsubscribe") view=UnsubscribePage />
                <Route path=path!("/i/:code") view=InvitePage />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/s/:space_id") view=SpacePage />
                    <Route path=path!("/s/:space_id/c/:chat_id") view=ConversationPage />
                    <Route path=path!("/s/:space_id/settings") view=SpaceSettingsPage />
                    <Route path=path!("/s/:space_id/settings/:tab") view=SpaceSettingsPage />
                    <Route path=path!("/d") view=ConversationsPage />
                    <Route path=path!("/d/:chat_id") view=ConversationPage />
                    <Route path=path!("/threads") view=ThreadsPage />
                    <Route path=path!("/inbox") view=InboxPage />
                    <Route path=path!("/discover") view=DiscoverPage />
                    <Route path=path!("/stickers/:pack_id") view=PackPage />
                    <Route path=path!("/settings") view=SettingsPage />
                    <Route path=path!("/settings/:tab") view=SettingsPage />
                    <Route path=path!("/*any") view=NotFound />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastRegion toasts />
        <TipLayer />
    }
}

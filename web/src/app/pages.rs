//! Small pages that choose where to go.

use crate::i18n::{Key, t};
use crate::ui::{Empty, Picture};
use leptos::prelude::*;

#[component]
pub fn HomePage() -> impl IntoView {
    view! { <Empty picture=Picture::Bubbles title=t(Key::AppChooseChatTitle) text=t(Key::AppChooseChatText) /> }
}

#[component]
pub fn SpacePage() -> impl IntoView {
    view! { <HomePage /> }
}

#[component]
pub fn LoginPage() -> impl IntoView {}
#[component]
pub fn RegisterPage() -> impl IntoView {}
#[component]
pub fn DiscoverPage() -> impl IntoView {}
#[component]
pub fn SettingsPage() -> impl IntoView {}

/// An address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Empty
            picture=Picture::Telescope
            title=t(Key::AppNotFoundTitle)
            text=t(Key::AppNotFoundText)
        />
    }
}

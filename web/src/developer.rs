//! For people who write programs: their tokens and their bots. A tab of the settings.

mod bot_dialogs;
mod bot_spaces;
mod bots;
mod new_token;
mod tokens;

use leptos::prelude::*;

/// The whole tab, behind one door.
pub fn developer_tab() -> AnyView {
    view! {
        <tokens::OwnTokens />
        <bots::Bots />
    }
    .into_any()
}

//! Name, description and visibility.

use crate::spaces::edit_space::EditSpaceForm;
use leptos::prelude::*;
use shared::ids::SpaceId;

#[component]
pub fn Overview(space: SpaceId) -> impl IntoView {
    view! {
        <section class="settings__section">
            <EditSpaceForm space />
        </section>
    }
}

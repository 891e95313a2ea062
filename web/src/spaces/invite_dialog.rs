//! Inviting people, from anywhere in the space.

use super::settings::InviteForm;
use crate::i18n::{Key, tf};
use crate::state::Spaces;
use crate::ui::Dialog;
use leptos::prelude::*;
use shared::ids::SpaceId;

#[component]
pub fn InviteDialog(open: RwSignal<bool>, space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let name = move || spaces.get(space).map(|space| space.name).unwrap_or_default();
    view! {
        <Dialog open title=move || tf(Key::ModerationInviteTitle, &[("name", &name())])>
            <div class="dialog__body">
                <InviteForm space />
            </div>
        </Dialog>
    }
}

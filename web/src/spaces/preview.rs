//! The note that a space is shown through the eyes of a role, and the way out.

use super::CurrentSpace;
use crate::i18n::{Key, t, tf};
use crate::state::Spaces;
use crate::ui::{Button, Glyph, Icon};
use leptos::prelude::*;

#[component]
pub fn PreviewNote() -> impl IntoView {
    let (spaces, current) = (expect_context::<Spaces>(), expect_context::<CurrentSpace>());
    let role = Memo::new(move |_| current.get().and_then(|id| spaces.preview(id)));
    let name = move || role.get().map(|role| role.name).unwrap_or_default();
    view! {
        <Show when=move || role.with(Option::is_some)>
            <div class="preview-note" role="status">
                <Glyph icon=Icon::Eye size=18 />
                <span>{move || tf(Key::ModerationSeeingAs, &[("role", &name())])}</span>
                <Button on_click=move |_| spaces.see_as(None)>{t(Key::ModerationStopSeeing)}</Button>
            </div>
        </Show>
    }
}

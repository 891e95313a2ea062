//! Making a space.

use super::space_form::{SpaceFields, SpaceInputs};
use crate::api::spaces as api;
use crate::form::FormFailure;
use crate::i18n::{Key, t, tr};
use crate::page::Page;
use crate::state::Spaces;
use crate::ui::{Button, Dialog, Look, Toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use shared::spaces::Space;

/// The dialog that makes a space and opens it.
#[component]
pub fn CreateSpaceDialog(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::SpacesCreate)>
            <CreateSpaceForm open />
        </Dialog>
    }
}

#[component]
fn CreateSpaceForm(open: RwSignal<bool>) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let navigate = use_navigate();
    let fields = SpaceFields::new(None);
    let form = fields.form();
    let created = move |space: Space| {
        let path = Page::Space(space.id).path();
        spaces.put(space);
        toasts.done(tr(Key::SpacesCreated));
        open.set(false);
        navigate(&path, Default::default());
    };
    let send = move || {
        let body = untrack(|| fields.body());
        form.send(move || async move { api::create_space(&body).await }, created.clone());
    };
    view! {
        <form
            class="dialog__body"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <SpaceInputs fields form />
            <FormFailure form />
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::SpacesCreateAction)}
                </Button>
            </footer>
        </form>
    }
}

crate::lazy! {
    tools => pub fn create_space(open: RwSignal<bool>) -> AnyView {
        view! { <CreateSpaceDialog open /> }.into_any()
    }
}

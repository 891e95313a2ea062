//! Changing name, description and visibility of a space.

use super::space_form::{SpaceFields, SpaceInputs};
use crate::api::spaces as api;
use crate::files::PictureField;
use crate::form::FormFailure;
use crate::i18n::{Key, t, tr};
use crate::state::Spaces;
use crate::ui::{Button, Look, Toasts};
use leptos::prelude::*;
use shared::ids::SpaceId;
use shared::json;
use shared::permission::Permission;
use shared::spaces::{Space, UpdateSpace};

/// The form that changes a space.
#[component]
pub fn EditSpaceForm(space: SpaceId) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let before = StoredValue::new(untrack(|| spaces.get(space)));
    let with_visibility = untrack(|| spaces.can(space, Permission::ManageSpace));
    let fields = before.with_value(|before| SpaceFields::new(before.as_ref()));
    let form = fields.form();
    let saved = move |space: Space| {
        before.set_value(Some(space.clone()));
        spaces.put(space);
        toasts.done(tr(Key::AppSaved));
    };
    let send = move || {
        let Some(before) = before.get_value() else { return };
        let body = changes(&before, fields);
        form.send(move || async move { api::update_space(&before, &body).await }, saved);
    };
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <SpaceInputs fields form with_visibility />
            <SpacePictures space />
            <FormFailure form />
            <footer class="settings__foot">
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::AppSave)}
                </Button>
            </footer>
        </form>
    }
}

#[component]
fn SpacePictures(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let now = Memo::new(move |_| spaces.get(space));
    let saved = Callback::new(move |text: String| {
        if let Ok(space) = json::read::<Space>(&text) {
            spaces.put(space);
        }
    });
    let field = move |what: &str, label: Key, is_set: Signal<bool>| {
        let path = format!("/spaces/{space}/upload-{what}");
        view! { <PictureField path label is_set on_saved=saved /> }
    };
    view! {
        {field(
            "avatar",
            Key::FilesAvatar,
            Signal::derive(move || now.get().is_some_and(|space| space.avatar_url.is_some())),
        )}
        {field(
            "banner",
            Key::FilesBanner,
            Signal::derive(move || now.get().is_some_and(|space| space.banner_url.is_some())),
        )}
    }
}

/// Only what differs: another person's change of another field stays.
fn changes(before: &Space, fields: SpaceFields) -> UpdateSpace {
    let after = untrack(|| fields.body());
    UpdateSpace {
        name: (before.name != after.name).then_some(after.name),
        description: (before.description != after.description).then_some(after.description),
        visibility: (before.visibility != after.visibility).then_some(after.visibility),
    }
}

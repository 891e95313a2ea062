//! What a member is called in one space.

use crate::api::people as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tr};
use crate::state::people::Seen;
use crate::state::{Load, People};
use crate::ui::{Button, Look, TextField, Toasts};
use leptos::prelude::*;
use shared::ids::SpaceId;
use shared::people::UpdateParticipant;
use shared::spaces::Participant;
use shared::validate::Validate;

/// The field, while `open`.
#[component]
pub fn Rename(
    open: RwSignal<bool>,
    space: SpaceId,
    member: Participant,
    /// What the profile shows: gets the new name.
    all: RwSignal<Load<Seen>>,
    people: People,
) -> impl IntoView {
    let member = StoredValue::new(member);
    view! {
        <Show when=move || open.get()>
            <Field open space member=member.get_value() all people />
        </Show>
    }
}

#[component]
fn Field(
    open: RwSignal<bool>,
    space: SpaceId,
    member: Participant,
    all: RwSignal<Load<Seen>>,
    people: People,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let user = member.user.id;
    let name = RwSignal::new(member.space_nickname.unwrap_or_default());
    let wanted = move || Some(name.get().trim().to_owned()).filter(|name| !name.is_empty());
    let form = Form::new(move || UpdateParticipant { nickname: Some(wanted()) }.validate());
    let field = form.field("nickname");
    let send = move || {
        let nickname = untrack(wanted);
        form.send(
            move || async move { api::rename(space, user, nickname).await },
            move |member| {
                people.forget(user);
                open.set(false);
                all.update(|all| {
                    if let Some(seen) = all.ready_mut() {
                        seen.member = Some(member);
                    }
                });
                toasts.done(tr(Key::AppSaved));
            },
        );
    };
    view! {
        <form
            class="form card__rename"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <TextField
                label=t(Key::PeopleSpaceName)
                hint=t(Key::PeopleSpaceNameHint)
                value=name
                first=true
                error=field.error
                on_input=field.on_input
                on_leave=field.on_leave
            />
            <FormFailure form />
            <div class="card__deeds">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary submit=true busy=form.is_busy()>{t(Key::AppSave)}</Button>
            </div>
        </form>
    }
}

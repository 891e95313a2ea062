//! The members, and bringing one in by name.

use crate::api::moderation as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tf, tr};
use crate::spaces::members_panel::MembersPanel;
use crate::state::Spaces;
use crate::ui::{Button, Icon, Look, TextField, Toasts};
use leptos::prelude::*;
use shared::error::{ErrorCode, FieldCode};
use shared::ids::SpaceId;
use shared::permission::Permission;
use shared::spaces::{AddMember, Participant};
use shared::validate::Validate;

const CODES: &[(ErrorCode, &str)] =
    &[(ErrorCode::AlreadyMember, "nickname"), (ErrorCode::Banned, "nickname")];

#[component]
pub fn Members(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    view! {
        <Show when=move || spaces.can(space, Permission::AddMembers)>
            <AddByName space />
        </Show>
        <div class="manage__members">
            <MembersPanel space />
        </div>
    }
}

#[component]
fn AddByName(space: SpaceId) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let nickname = RwSignal::new(String::new());
    let body = move || AddMember { nickname: nickname.get().trim().to_owned() };
    let form = Form::with_codes(move || body().validate(), CODES);
    let field = form.field("nickname");
    let unknown = RwSignal::new(false);
    let error = Signal::derive(move || match unknown.get() {
        true => Some(tr(Key::ChatNobody).to_owned()),
        false => field.error.get(),
    });
    let added = move |member: Option<Participant>| {
        unknown.set(member.is_none());
        let Some(member) = member else { return };
        toasts.done(tf(Key::ModerationAdded, &[("name", member.user.name())]));
        nickname.set(String::new());
        form.clear();
    };
    view! {
        <form
            class="manage__line"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                let name = untrack(body).nickname;
                let add = async move || match api::add_member(space, name).await {
                    Err(error) if error.fields().any(|(_, why)| why == FieldCode::Unknown) => Ok(None),
                    outcome => outcome.map(Some),
                };
                form.send(add, added);
            }
        >
            <TextField
                label=t(Key::ModerationAddMember)
                placeholder=t(Key::ModerationNickname)
                value=nickname
                error
                on_input=move |()| {
                    unknown.set(false);
                    field.on_input.run(());
                }
                on_leave=field.on_leave
            />
            <Button look=Look::Primary icon=Icon::Plus submit=true busy=form.is_busy()>
                {t(Key::ModerationAdd)}
            </Button>
            <FormFailure form />
        </form>
    }
}

//! Leaving, handing over, deleting.

use crate::api::moderation as api;
use crate::api::spaces as spaces_api;
use crate::api::{ApiError, ApiResult};
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tf, tr};
use crate::people::by_nickname;
use crate::spaces::space_header::{DeleteDialog, LeaveDialog};
use crate::state::Spaces;
use crate::ui::{Button, Confirm, Icon, Look, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::{FieldCode, FieldError};
use shared::ids::SpaceId;
use shared::permission::Permission;
use shared::spaces::Participant;

#[component]
pub fn Danger(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let name = Memo::new(move |_| spaces.get(space).map(|s| s.name).unwrap_or_default());
    let is_owner =
        Memo::new(move |_| spaces.get(space).and_then(|s| s.me).is_some_and(|me| me.is_owner));
    let (leaving, deleting) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <Show when=move || is_owner.get()>
            <section class="settings__section">
                <h2>{t(Key::ModerationTransfer)}</h2>
                <p class="manage__hint">{t(Key::ModerationTransferHint)}</p>
                <Transfer space name />
            </section>
        </Show>
        <section class="settings__section">
            <h2>{t(Key::SpacesLeave)}</h2>
            <div class="manage__line">
                <p class="manage__hint">
                    {move || {
                        tr(if is_owner.get() {
                            Key::ModerationOwnerLeaves
                        } else {
                            Key::ModerationLeaveHint
                        })
                    }}
                </p>
                <Button
                    icon=Icon::LogOut
                    disabled=Signal::derive(move || is_owner.get())
                    on_click=move |_| leaving.set(true)
                >
                    {t(Key::SpacesLeave)}
                </Button>
            </div>
        </section>
        <Show when=move || spaces.can(space, Permission::DeleteSpace)>
            <section class="settings__section">
                <h2>{t(Key::SpacesDelete)}</h2>
                <div class="manage__line">
                    <p class="manage__hint">{t(Key::ModerationDeleteHint)}</p>
                    <Button look=Look::Danger icon=Icon::Trash on_click=move |_| deleting.set(true)>
                        {t(Key::SpacesDelete)}
                    </Button>
                </div>
            </section>
        </Show>
        <LeaveDialog open=leaving id=space name />
        <DeleteDialog open=deleting id=space name />
    }
}

/// The member of this nickname.
async fn member_named(space: SpaceId, nickname: &str) -> ApiResult<Option<Participant>> {
    let Some(person) = by_nickname(nickname).await? else { return Ok(None) };
    let found = spaces_api::list_members_of(space, &[person.id]).await?;
    Ok(found.items.into_iter().next())
}

/// The heir by his nickname, then the name of the space typed.
#[component]
fn Transfer(space: SpaceId, name: Memo<String>) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let nickname = RwSignal::new(String::new());
    let heir = RwSignal::new(None::<Participant>);
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let form = Form::new(move || {
        let is_empty = nickname.with(|name| name.trim().is_empty());
        is_empty.then(|| FieldError::new("nickname", FieldCode::Required)).into_iter().collect()
    });
    let field = form.field("nickname");
    let unknown = RwSignal::new(false);
    let error = Signal::derive(move || match unknown.get() {
        true => Some(tr(Key::ModerationNobodyFound).to_owned()),
        false => field.error.get(),
    });
    let look = move || {
        let wanted = nickname.get_untracked().trim().trim_start_matches('@').to_owned();
        form.send(
            move || async move { member_named(space, &wanted).await },
            move |member: Option<Participant>| match member {
                Some(member) => {
                    heir.set(Some(member));
                    asking.set(true);
                }
                None => unknown.set(true),
            },
        );
    };
    let person = move || heir.get().map(|m| m.user.name().to_owned()).unwrap_or_default();
    let transfer = move || {
        let Some(member) = heir.get_untracked() else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::transfer(space, member.user.id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(space) => {
                    toasts.done(tf(Key::ModerationTransferred, &[("name", member.user.name())]));
                    let _was_there = asking.try_set(false);
                    spaces.put(space);
                }
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    };
    view! {
        <form
            class="manage__line"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                look();
            }
        >
            <TextField
                label=t(Key::ModerationTransferWho)
                value=nickname
                error
                on_input=move |()| {
                    unknown.set(false);
                    field.on_input.run(());
                }
            />
            <Button submit=true busy=form.is_busy()>
                {t(Key::ModerationTransfer)}
            </Button>
            <FormFailure form />
        </form>
        <Confirm
            open=asking
            title=t(Key::ModerationTransfer)
            text=move || {
                tf(Key::ModerationTransferText, &[("name", &name.get()), ("person", &person())])
            }
            action=t(Key::ModerationTransferAction)
            phrase=Signal::derive(move || Some(name.get()))
            busy
            error=Signal::derive(move || failure.get().map(|e| e.sentence()))
            on_confirm=move |()| transfer()
        />
    }
}

//! Taking single permissions from somebody for a while, and giving them back.

use super::ban_dialog::{durations, end_of, filled};
use crate::api::moderation as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, by_name, exact, t, tf, tr};
use crate::ui::{Button, Dialog, Look, SelectField, TextArea, Tick, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::permission::{CHAT_SCOPE, Permission, PermissionSet};
use shared::spaces::{RestrictMember, Restriction};
use shared::validate::Validate;

/// What members do in the space as a whole; the rest is for those who run it.
const SPACE_WIDE: PermissionSet =
    PermissionSet::of(&[Permission::AddMembers, Permission::CreateInvites, Permission::ChangeInfo]);

#[component]
pub fn RestrictDialog(
    open: RwSignal<bool>,
    space: SpaceId,
    #[prop(into)] user: Signal<Option<UserRef>>,
) -> impl IntoView {
    let name = move || user.get().map(|user| user.name().to_owned()).unwrap_or_default();
    view! {
        <Dialog open title=move || tf(Key::ModerationRestrictTitle, &[("name", &name())])>
            <RestrictForm open space user />
        </Dialog>
    }
}

#[component]
fn RestrictForm(
    open: RwSignal<bool>,
    space: SpaceId,
    user: Signal<Option<UserRef>>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let denied = RwSignal::new(PermissionSet::of(&[Permission::SendMessages]));
    let until = RwSignal::new("86400".to_owned());
    let reason = RwSignal::new(String::new());
    let now = RwSignal::new(None::<Restriction>);
    let id = user.get_untracked().map(|user| user.id);
    if let Some(id) = id {
        spawn_local(async move {
            if let Ok(found) = api::restriction(space, id).await
                && !found.permissions_denied.is_empty()
            {
                denied.try_set(found.permissions_denied);
                now.try_set(Some(found));
            }
        });
    }
    let body = move || RestrictMember {
        permissions_denied: denied.get(),
        until: end_of(&until.get()),
        reason: filled(&reason.get()),
    };
    let form = Form::new(move || body().validate());
    let send = move |body: RestrictMember, done: Key| {
        let Some(who) = user.get_untracked() else { return };
        let id = who.id;
        form.send(
            move || async move { api::restrict(space, id, &body).await },
            move |_| {
                toasts.done(tf(done, &[("name", who.name())]));
                open.set(false);
            },
        );
    };
    let tick = move |permission: Permission| {
        let one = PermissionSet::of(&[permission]);
        let key = permission.key();
        view! {
            <Tick
                label=move || by_name(&format!("permission.{key}"))
                checked=Signal::derive(move || denied.get().contains(permission))
                on_change=move |checked: bool| {
                    denied.update(|set| {
                        *set = if checked { set.union(one) } else { set.without(one) };
                    });
                }
            />
        }
    };
    let lift = move || {
        let none =
            RestrictMember { permissions_denied: PermissionSet::NONE, until: None, reason: None };
        send(none, Key::ModerationRestrictLifted);
    };
    let standing = move || {
        now.get().map(|now| {
            let until = match now.until {
                Some(at) => tf(Key::ModerationUntil, &[("time", &exact(at))]),
                None => tr(Key::ModerationNoEnd).to_owned(),
            };
            tf(Key::ModerationRestrictNow, &[("until", &until)])
        })
    };
    let lifting = view! {
        <Show when=move || now.with(Option::is_some)>
            <Button on_click=move |_| lift()>{t(Key::ModerationRestrictLift)}</Button>
        </Show>
    };
    view! {
        <DialogForm
            open
            form
            look=Look::Primary
            action=Key::ModerationRestrict
            on_send=move |()| send(untrack(body), Key::ModerationRestrictDone)
            disabled=Signal::derive(move || denied.get().is_empty())
            aside=lifting.into_any()
        >
            <p>{t(Key::ModerationRestrictText)}</p>
            {move || standing().map(|text| view! { <p class="manage__note" role="status">{text}</p> })}
            <fieldset class="manage__ticks">
                {CHAT_SCOPE.iter().chain(SPACE_WIDE.iter()).map(tick).collect_view()}
            </fieldset>
            <SelectField
                label=t(Key::ModerationRestrictUntil)
                value=until
                options=Signal::derive(durations)
            />
            <TextArea label=t(Key::ModerationReason) value=reason rows=2 />
        </DialogForm>
    }
}

//! Who is kept out, and what is taken from whom.

use crate::api::moderation as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, by_name, exact, t, tf, tr};
use crate::people::by_nickname;
use crate::spaces::ban_dialog::BanDialog;
use crate::spaces::paged::{Paged, rows};
use crate::spaces::person::PersonCell;
use crate::state::Spaces;
use crate::ui::{Button, Icon, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::{FieldCode, FieldError};
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::permission::{Permission, PermissionSet};
use shared::spaces::{Ban, RestrictMember, RestrictedMember};

#[component]
pub fn Bans(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    provide_context(space);
    view! {
        <Show when=move || spaces.can(space, Permission::BanMembers)>
            <section class="settings__section">
                <h2>{t(Key::ModerationBans)}</h2>
                {
                    let list = Paged::start(move |cursor| Box::pin(api::list_bans(space, cursor)));
                    view! {
                        <BanByName space list />
                        {rows(
                            list,
                            (Key::ModerationBansNone, None),
                            |ban, list| view! { <BanRow ban list /> }.into_any(),
                        )}
                    }
                }
            </section>
        </Show>
        <Show when=move || spaces.can(space, Permission::RestrictMembers)>
            <section class="settings__section">
                <h2>{t(Key::ModerationRestricted)}</h2>
                {
                    let list = Paged::start(move |cursor| {
                        Box::pin(api::list_restrictions(space, cursor))
                    });
                    rows(
                        list,
                        (Key::ModerationRestrictedNone, None),
                        |one, list| view! { <RestrictedRow one list /> }.into_any(),
                    )
                }
            </section>
        </Show>
    }
}

/// Bans somebody who is not in the list of members any more, or is hard to find there.
#[component]
fn BanByName(space: SpaceId, list: Paged<Ban>) -> impl IntoView {
    let nickname = RwSignal::new(String::new());
    let (found, banning) = (RwSignal::new(None::<UserRef>), RwSignal::new(false));
    let unknown = RwSignal::new(false);
    let form = Form::new(move || {
        let is_empty = nickname.with(|name| name.trim().is_empty());
        is_empty.then(|| FieldError::new("nickname", FieldCode::Required)).into_iter().collect()
    });
    let field = form.field("nickname");
    let error = Signal::derive(move || match unknown.get() {
        true => Some(tr(Key::ChatNobody).to_owned()),
        false => field.error.get(),
    });
    let look = move || {
        let wanted = nickname.get_untracked().trim().trim_start_matches('@').to_owned();
        form.send(
            move || async move { by_nickname(&wanted).await },
            move |person| {
                unknown.set(person.is_none());
                banning.set(person.is_some());
                found.set(person);
            },
        );
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
                label=t(Key::ModerationBanByName)
                placeholder=t(Key::ModerationNickname)
                hint=t(Key::ModerationBanByNameHint)
                value=nickname
                error
                on_input=move |()| {
                    unknown.set(false);
                    field.on_input.run(());
                }
            />
            <Button icon=Icon::UserX submit=true busy=form.is_busy()>
                {t(Key::ModerationBan)}
            </Button>
            <FormFailure form />
        </form>
        <BanDialog
            open=banning
            space
            user=found
            on_done=move |()| {
                nickname.set(String::new());
                form.clear();
                list.reload();
            }
        />
    }
}

fn end(until: Option<shared::Timestamp>) -> String {
    match until {
        Some(at) => tf(Key::ModerationUntil, &[("time", &exact(at))]),
        None => tr(Key::ModerationNoEnd).to_owned(),
    }
}

#[component]
fn BanRow(ban: Ban, list: Paged<Ban>) -> impl IntoView {
    let (space, toasts) = (expect_context::<SpaceId>(), expect_context::<Toasts>());
    let busy = RwSignal::new(false);
    let (id, name) = (ban.user.id, ban.user.name().to_owned());
    let lift = move || {
        busy.set(true);
        let name = name.clone();
        spawn_local(async move {
            let outcome = api::unban(space, id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tf(Key::ModerationUnbanned, &[("name", &name)]));
                    list.retain(|other| other.user.id != id);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let details = move || {
        let mut parts = vec![end(ban.until)];
        parts.extend(ban.banned_by.iter().map(|by| tf(Key::ModerationBy, &[("name", by.name())])));
        parts.extend(ban.reason.clone());
        parts.join(" · ")
    };
    view! {
        <li class="manage__row">
            <PersonCell user=ban.user.clone() details=Signal::derive(details) />
            <Button busy on_click=move |_| lift()>{t(Key::ModerationUnban)}</Button>
        </li>
    }
}

#[component]
fn RestrictedRow(one: RestrictedMember, list: Paged<RestrictedMember>) -> impl IntoView {
    let (space, toasts) = (expect_context::<SpaceId>(), expect_context::<Toasts>());
    let busy = RwSignal::new(false);
    let (id, name) = (one.user.id, one.user.name().to_owned());
    let lift = move || {
        busy.set(true);
        let name = name.clone();
        spawn_local(async move {
            let none = RestrictMember {
                permissions_denied: PermissionSet::NONE,
                until: None,
                reason: None,
            };
            let outcome = api::restrict(space, id, &none).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(_) => {
                    toasts.done(tf(Key::ModerationRestrictLifted, &[("name", &name)]));
                    list.retain(|other| other.user.id != id);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let details = move || {
        let keys = one.permissions_denied.iter();
        let names: Vec<_> = keys.map(|key| by_name(&format!("permission.{}", key.key()))).collect();
        format!("{} · {}", names.join(", "), end(one.until))
    };
    view! {
        <li class="manage__row">
            <PersonCell user=one.user.clone() details=Signal::derive(details) />
            <Button busy on_click=move |_| lift()>{t(Key::ModerationRestrictLift)}</Button>
        </li>
    }
}

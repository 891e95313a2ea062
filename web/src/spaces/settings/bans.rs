//! Who is kept out, and what is taken from whom.

use crate::api::moderation as api;
use crate::i18n::{Key, by_name, exact, t, tf, tr};
use crate::spaces::paged::{Paged, rows};
use crate::spaces::person::PersonCell;
use crate::state::Spaces;
use crate::ui::{Button, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
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
                    rows(
                        list,
                        (Key::ModerationBansNone, None),
                        |ban, list| view! { <BanRow ban list /> }.into_any(),
                    )
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

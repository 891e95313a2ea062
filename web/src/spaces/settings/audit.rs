//! The audit log.

use crate::api::ApiResult;
use crate::api::moderation::{self as api, AuditFilter};
use crate::effect::Effect;
use crate::i18n::{Key, by_name, exact, relative, t, tf, tr};
use crate::people::by_nickname;
use crate::spaces::paged::{Paged, rows};
use crate::ui::{Avatar, SelectField, TextField};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{SpaceId, UserId};
use shared::spaces::{AuditAction, AuditChange, AuditEntry};
use std::future::Future;
use std::time::Duration;

#[component]
pub fn Audit(space: SpaceId) -> impl IntoView {
    let filter = RwSignal::new(AuditFilter::default());
    let [action, since] = [(); 2].map(|()| RwSignal::new(String::new()));
    let fetch = move |cursor| -> std::pin::Pin<Box<dyn Future<Output = ApiResult<_>>>> {
        Box::pin(async move { api::list_audit(space, &filter.get_untracked(), cursor).await })
    };
    let list: Paged<AuditEntry> = Paged::start(fetch);
    Effect::new(move |before: Option<()>| {
        let (action, since) = (action.get(), since.get());
        if before.is_some() {
            filter.update(|filter| (filter.action, filter.since) = (action, since));
        }
    });
    Effect::new(move |before: Option<()>| {
        filter.track();
        if before.is_some() {
            list.reload();
        }
    });
    let actions = Signal::derive(|| {
        let all = (String::new(), tr(Key::ModerationAuditAll).to_owned());
        let known = AuditAction::ALL.iter().map(|action| {
            (action.key().to_owned(), by_name(&format!("moderation.act_{}", action.key())))
        });
        std::iter::once(all).chain(known).collect::<Vec<_>>()
    });
    let empty = (Key::ModerationAuditNone, Some(Key::ModerationAuditNoneText));
    view! {
        <section class="settings__section">
            <div class="manage__pair">
                <SelectField label=t(Key::ModerationAuditAction) value=action options=actions />
                <div class="field">
                    <label class="field__label" for="audit-since">
                        {t(Key::ModerationAuditSince)}
                    </label>
                    <input
                        class="field__input"
                        id="audit-since"
                        type="date"
                        prop:value=move || since.get()
                        on:change=move |event| since.set(event_target_value(&event))
                    />
                </div>
            </div>
            <div class="manage__pair">
                <Somebody
                    label=Key::ModerationAuditActor
                    choose=Callback::new(move |user| filter.update(|f| f.actor = user))
                />
                <Somebody
                    label=Key::ModerationAuditTarget
                    choose=Callback::new(move |user| filter.update(|f| f.target = user))
                />
            </div>
            {rows(list, empty, |entry, _| view! { <Row entry /> }.into_any())}
        </section>
    }
}

/// Somebody by his nickname, a member or not any more; empty: anybody.
#[component]
fn Somebody(label: Key, choose: Callback<Option<UserId>>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let nickname = |typed: &str| typed.trim().trim_start_matches('@').to_owned();
    let look = leptos::leptos_dom::helpers::debounce(Duration::from_millis(300), move |()| {
        let wanted = nickname(&typed.get_untracked());
        problem.set(None);
        if wanted.is_empty() {
            return choose.run(None);
        }
        spawn_local(async move {
            let found = by_nickname(&wanted).await;
            if typed.try_with_untracked(|typed| nickname(typed) == wanted) != Some(true) {
                return;
            }
            match found {
                Ok(Some(person)) => choose.run(Some(person.id)),
                Ok(None) => problem.set(Some(tr(Key::ChatNobody).to_owned())),
                Err(error) => problem.set(Some(error.sentence())),
            }
        });
    });
    let look = StoredValue::new_local(look);
    view! {
        <TextField
            label=t(label)
            placeholder=t(Key::ModerationAuditAnybody)
            kind="search"
            value=typed
            error=problem
            on_input=move |()| look.update_value(|look| look(()))
        />
    }
}

#[component]
fn Row(entry: AuditEntry) -> impl IntoView {
    let actor = entry.actor.clone();
    let name = actor.as_ref().map(|a| a.name().to_owned());
    let icon = actor.map(|actor| {
        let name = actor.name().to_owned();
        view! { <Avatar id=actor.id.0 name=Signal::stored(name) url=Signal::stored(actor.avatar_url) /> }
    });
    let said = {
        let entry = entry.clone();
        move || {
            let act = by_name(&format!("moderation.act_{}", entry.action.key()));
            let about =
                entry.target_name.as_ref().map(|name| tf(Key::SpacesQuoted, &[("name", name)]));
            let person = entry.user.as_ref().map(|user| user.name().to_owned());
            let parts = [Some(act), about, person].into_iter().flatten();
            parts.collect::<Vec<_>>().join(" ")
        }
    };
    let who = move || name.clone().unwrap_or_else(|| tr(Key::ModerationSomebody).to_owned());
    let at = entry.created_at;
    view! {
        <li class="manage__row">
            {icon}
            <span class="manage__text">
                <span>
                    <span class="manage__name">{who}</span> " " {said}
                </span>
                {entry.changes.into_iter().map(change).collect_view()}
                {entry.reason.map(|reason| view! { <span class="manage__hint">{reason}</span> })}
            </span>
            <time class="manage__hint number" title=move || exact(at)>
                {move || relative(at)}
            </time>
        </li>
    }
}

/// A field before and after, keys in the words of the reader.
fn change(change: AuditChange) -> impl IntoView {
    let text = move || {
        let word = |value: &Option<String>| match value {
            None => "—".to_owned(),
            Some(value) if change.field.starts_with("permissions") => {
                let keys = value.split(", ").map(|key| by_name(&format!("permission.{key}")));
                keys.collect::<Vec<_>>().join(", ")
            }
            Some(value) if ["until", "expires_at"].contains(&&*change.field) => {
                value.parse().map_or_else(|_| value.clone(), exact)
            }
            Some(value) if change.field == "visibility" => {
                by_name(&format!("spaces.visibility_{value}"))
            }
            // The addresses say nothing to people.
            Some(_) if ["avatar", "banner"].contains(&&*change.field) => {
                tr(Key::ModerationPictureSet).to_owned()
            }
            Some(value) if change.field == "state" => by_name(&format!("moderation.state_{value}")),
            Some(value) => value.clone(),
        };
        let (before, after) = (word(&change.before), word(&change.after));
        let field = by_name(&format!("moderation.field_{}", change.field));
        let values = [("field", &*field), ("before", &before), ("after", &after)];
        tf(Key::ModerationAuditChange, &values)
    };
    view! { <span class="manage__hint">{text}</span> }
}

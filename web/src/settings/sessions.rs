//! Where the person is signed in.

use crate::api::identity as api;
use crate::form::Question;
use crate::i18n::{Key, exact, relative, t, tf, tr};
use crate::state::{Load, Session};
use crate::ui::{Button, Failure, Glyph, Icon, Look, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::Session as Login;
use shared::ids::SessionId;

/// The tab of sessions: a list, an end for each, an end for all.
#[component]
pub fn SessionsTab() -> impl IntoView {
    let list = RwSignal::new(Load::<Vec<Login>>::Loading);
    let fetch = move || {
        spawn_local(async move {
            let outcome = api::list_sessions().await.map(|page| page.items);
            let _was_there = list.try_set(outcome.into());
        });
    };
    fetch();
    let retry = Callback::new(move |()| {
        list.set(Load::Loading);
        fetch();
    });
    view! {
        <section class="settings__section" aria-label=t(Key::SettingsSessions)>
            <h2>{t(Key::SettingsSessions)}</h2>
            <p class="settings__hint">{t(Key::SettingsSessionsText)}</p>
            {move || match list.get() {
                Load::Loading => {
                    view! { <SkeletonRows label=t(Key::SettingsLoadingSessions) rows=3 /> }.into_any()
                }
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=retry /> }.into_any()
                }
                Load::Ready(sessions) => {
                    view! {
                        <ul class="sessions">
                            <For each=move || sessions.clone() key=|login| login.id let(login)>
                                <Row login list />
                            </For>
                        </ul>
                    }
                        .into_any()
                }
            }}
            <div class="settings__foot">
                <LogOutAll />
            </div>
        </section>
    }
}

#[component]
fn Row(login: Login, list: RwSignal<Load<Vec<Login>>>) -> impl IntoView {
    let agent = login.user_agent.clone();
    let title = Signal::derive(move || {
        agent.as_deref().and_then(program).unwrap_or_else(|| tr(Key::SettingsSessionUnknown).into())
    });
    let used = move || tf(Key::SettingsSessionUsed, &[("when", &relative(login.last_used_at))]);
    let since = move || tf(Key::SettingsSessionSince, &[("when", &relative(login.created_at))]);
    view! {
        <li class="sessions__row">
            <Glyph icon=Icon::MonitorSmartphone />
            <div class="sessions__text">
                <p class="sessions__name">{title}</p>
                <p class="settings__hint">
                    <time title=move || exact(login.last_used_at)>{used}</time>
                    {login.address.map(|address| format!(" · {address}"))}
                </p>
                <p class="settings__hint">{since}</p>
            </div>
            {if login.current {
                view! { <span class="sessions__current">{t(Key::SettingsSessionCurrent)}</span> }
                    .into_any()
            } else {
                view! { <Revoke id=login.id name=title list /> }.into_any()
            }}
        </li>
    }
}

#[component]
fn Revoke(
    id: SessionId,
    /// What is signed in there.
    #[prop(into)]
    name: Signal<String>,
    list: RwSignal<Load<Vec<Login>>>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let ending = Question::default();
    let revoke = move || {
        ending.answer(api::revoke_session(id), move || {
            toasts.done(tr(Key::SettingsSessionRevoked));
            let _was_there = list.try_update(|list| {
                if let Some(list) = list.ready_mut() {
                    list.retain(|login| login.id != id);
                }
            });
        });
    };
    view! {
        <Button on_click=move |_| ending.ask()>{t(Key::SettingsSessionRevoke)}</Button>
        {ending
            .dialog(
                t(Key::SettingsSessionEnd),
                move || tf(Key::SettingsSessionEndText, &[("name", &name.get())]),
                revoke,
            )}
    }
}

#[component]
fn LogOutAll() -> impl IntoView {
    let session = expect_context::<Session>();
    let leaving = Question::default();
    let leave = move || leaving.answer(async move { session.logout_all().await }, || ());
    view! {
        <Button look=Look::Danger icon=Icon::LogOut on_click=move |_| leaving.ask()>
            {t(Key::SettingsLogOutAll)}
        </Button>
        {leaving.dialog(t(Key::SettingsLogOutAll), t(Key::SettingsLogOutAllText), leave)}
    }
}

/// The browser and the system of a user agent, as people call them.
fn program(agent: &str) -> Option<String> {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => {
            Some(tf(Key::SettingsBrowserOn, &[("browser", browser), ("system", system)]))
        }
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => agent.split_whitespace().next().map(str::to_owned),
    }
}

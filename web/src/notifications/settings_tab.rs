//! The tab of notifications: what comes, when it is quiet, what this device does, what was sent.

use super::deliveries::Deliveries;
use super::levels::levels;
use super::pop_up;
use crate::api::notifications as api;
use crate::i18n::{Key, by_name, exact, t, tf, tn};
use crate::state::Notices;
use crate::ui::{Button, Tick, Toasts};
use chrono::{TimeDelta, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::notifications::{KindSetting, NotificationKind, Quiet, UpdateNotificationSettings};
use wasm_bindgen_futures::JsFuture;
use web_sys::NotificationPermission;

/// After how long what stayed unread is mailed, in minutes.
const DELAYS: [i32; 5] = [15, 30, 60, 240, 1440];

#[derive(Clone, Copy)]
struct Change {
    notices: Notices,
    toasts: Toasts,
}

impl Change {
    /// Shows the change at once; what is refused goes back.
    fn save(self, change: UpdateNotificationSettings) {
        let Self { notices, toasts } = self;
        spawn_local(async move {
            match api::update(change).await {
                Ok(settings) => drop(notices.settings.try_set(settings)),
                Err(error) => {
                    toasts.failed(error.sentence());
                    notices.settings.update(|_| {});
                }
            }
        });
    }

    fn quiet(self, quiet: Quiet) {
        self.save(UpdateNotificationSettings { quiet: Some(quiet), ..Default::default() });
    }
}

/// See the module.
#[component]
pub fn NotificationsTab() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let change = Change { notices, toasts: expect_context() };
    view! {
        {kinds(change)}
        {mail(change)}
        {quiet(change)}
        {device(notices)}
        {levels(notices)}
        <Deliveries />
    }
}

fn kinds(change: Change) -> AnyView {
    let settings = change.notices.settings;
    let tick = move |kind: NotificationKind, mail: bool| {
        let now = move || {
            settings
                .with(|s| s.kinds.iter().find(|k| k.kind == kind).copied())
                .unwrap_or(KindSetting { kind, inbox: true, mail: true })
        };
        let label = move || {
            let column = if mail { Key::NotificationsMail } else { Key::NotificationsInbox };
            let name = by_name(&format!("notifications.kind_{}", kind.key()));
            format!("{name}: {}", crate::i18n::tr(column))
        };
        view! {
            <input
                class="tick__box"
                type="checkbox"
                aria-label=label
                prop:checked=move || if mail { now().mail } else { now().inbox }
                disabled=move || mail && !now().inbox
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    let known = untrack(now);
                    let wanted = match mail {
                        true => KindSetting { mail: on, ..known },
                        false => KindSetting { inbox: on, ..known },
                    };
                    change
                        .save(UpdateNotificationSettings {
                            kinds: vec![wanted],
                            ..Default::default()
                        });
                }
            />
        }
        .into_any()
    };
    let row = move |kind: NotificationKind| {
        view! {
            <tr>
                <th scope="row">{move || by_name(&format!("notifications.kind_{}", kind.key()))}</th>
                <td>{tick(kind, false)}</td>
                <td>{tick(kind, true)}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::NotificationsKinds)}</h2>
            <p class="settings__hint">{t(Key::NotificationsKindsHint)}</p>
            <table class="kinds">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{t(Key::NotificationsInbox)}</th>
                        <th scope="col">{t(Key::NotificationsMail)}</th>
                    </tr>
                </thead>
                <tbody>
                    {NotificationKind::ALL.iter().map(|kind| row(*kind)).collect::<Vec<_>>()}
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

fn minutes(minutes: i32) -> String {
    match minutes {
        n if n % 60 == 0 => tn(Key::NotificationsHours, i64::from(n / 60)),
        n => tn(Key::NotificationsMinutes, i64::from(n)),
    }
}

fn mail(change: Change) -> AnyView {
    let settings = change.notices.settings;
    let on = Signal::derive(move || settings.with(|s| s.mail));
    view! {
        <section class="settings__section">
            <Tick
                label=t(Key::NotificationsMailOn)
                hint=t(Key::NotificationsMailHint)
                checked=on
                on_change=move |on| {
                    change
                        .save(UpdateNotificationSettings { mail: Some(on), ..Default::default() });
                }
            />
            <label class="settings__pick">
                <span>{t(Key::NotificationsMailAfter)}</span>
                <select
                    class="select"
                    disabled=move || !on.get()
                    on:change=move |event| {
                        let mail_minutes = event_target_value(&event).parse().ok();
                        change
                            .save(UpdateNotificationSettings { mail_minutes, ..Default::default() });
                    }
                >
                    {DELAYS
                        .iter()
                        .map(|delay| {
                            let delay = *delay;
                            view! {
                                <option
                                    value=delay
                                    selected=move || settings.with(|s| s.mail_minutes == delay)
                                >
                                    {move || minutes(delay)}
                                </option>
                            }
                        })
                        .collect::<Vec<_>>()}
                </select>
            </label>
        </section>
    }
    .into_any()
}

/// The browser's time zone, for letters.
fn zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::default();
    let options = format.resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

fn quiet(change: Change) -> AnyView {
    let settings = change.notices.settings;
    let now = move || settings.with(|s| s.quiet.clone());
    let until = Memo::new(move |_| now().until.filter(|until| *until > Utc::now()));
    let is_daily = Signal::derive(move || now().from.is_some());
    let hours = move |from: Option<String>, to: Option<String>| {
        let zone = zone();
        change.quiet(Quiet { from, to, zone, ..untrack(now) });
    };
    let field = move |is_from: bool, label: Key| {
        let value = move || if is_from { now().from } else { now().to };
        view! {
            <label class="settings__pick">
                <span>{t(label)}</span>
                <input
                    class="select"
                    type="time"
                    prop:value=move || value().unwrap_or_default()
                    on:change=move |event| {
                        let typed = Some(event_target_value(&event)).filter(|v| v.len() == 5);
                        let known = untrack(now);
                        if typed.is_some() {
                            match is_from {
                                true => hours(typed, known.to),
                                false => hours(known.from, typed),
                            }
                        }
                    }
                />
            </label>
        }
        .into_any()
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::NotificationsQuiet)}</h2>
            <p class="settings__hint">{t(Key::NotificationsQuietHint)}</p>
            {move || match until.get() {
                Some(until) => {
                    view! {
                        <p role="status">
                            {move || tf(Key::NotificationsQuietUntil, &[("time", &exact(until))])}
                        </p>
                        <Button on_click=move |_| {
                            change.quiet(Quiet { until: None, ..untrack(now) });
                        }>{t(Key::NotificationsQuietEnd)}</Button>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <Button on_click=move |_| {
                            let until = Some(Utc::now() + TimeDelta::hours(1));
                            change.quiet(Quiet { until, ..untrack(now) });
                        }>{t(Key::NotificationsQuietNow)}</Button>
                    }
                        .into_any()
                }
            }}
            <Tick
                label=t(Key::NotificationsQuietDaily)
                checked=is_daily
                on_change=move |on: bool| {
                    match on {
                        true => hours(Some("22:00".to_owned()), Some("08:00".to_owned())),
                        false => hours(None, None),
                    }
                }
            />
            <Show when=move || is_daily.get()>
                {field(true, Key::NotificationsFrom)}
                {field(false, Key::NotificationsTo)}
            </Show>
        </section>
    }
    .into_any()
}

fn device(notices: Notices) -> AnyView {
    let permission = RwSignal::new(pop_up::permission());
    let is_denied = move || permission.get() == NotificationPermission::Denied;
    let desktop = Signal::derive(move || {
        notices.device.get().desktop && permission.get() == NotificationPermission::Granted
    });
    let ask = move || {
        spawn_local(async move {
            if let Ok(promise) = web_sys::Notification::request_permission() {
                drop(JsFuture::from(promise).await);
            }
            let _was_there = permission.try_set(pop_up::permission());
        });
    };
    let sound = Signal::derive(move || notices.device.get().sound);
    view! {
        <section class="settings__section">
            <h2>{t(Key::NotificationsDevice)}</h2>
            <Tick
                label=t(Key::NotificationsDesktop)
                checked=desktop
                disabled=Signal::derive(is_denied)
                on_change=move |on| {
                    let mut device = notices.device.get_untracked();
                    device.desktop = on;
                    notices.set_device(device);
                    if on {
                        ask();
                    }
                }
            />
            <Show when=is_denied>
                <p class="settings__hint">{t(Key::NotificationsDesktopDenied)}</p>
            </Show>
            <Tick
                label=t(Key::NotificationsSound)
                checked=sound
                on_change=move |on| {
                    let mut device = notices.device.get_untracked();
                    device.sound = on;
                    notices.set_device(device);
                    if on {
                        drop(pop_up::chime());
                    }
                }
            />
        </section>
    }
    .into_any()
}

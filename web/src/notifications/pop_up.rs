//! What rings: a notification of the system, a soft sound. Never while the person wants quiet, never
//! about the chat he looks at. Of several tabs one claims it.

use crate::i18n::lang_untracked;
use crate::notifications::entry::target;
use crate::router::navigate;
use crate::state::session::Auth;
use crate::state::{Notices, Session, storage};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Date, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use shared::identity::Status;
use shared::ids::NotificationId;
use shared::notifications::{Notification, Quiet};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{AudioContext, NotificationOptions, NotificationPermission};

/// The latest entry that a tab of this browser rang for, or that is looked at in one.
const RUNG: &str = "notifications.rung";
/// How long the other tabs wait for the one that is looked at, in milliseconds.
const OTHERS_MS: u32 = 400;
/// How long an entry stays claimed, in milliseconds: by then every tab sees [`RUNG`].
const CLAIMED_MS: i32 = 10_000;

/// Whether the browser lets this page show notifications of the system.
#[must_use]
pub fn permission() -> NotificationPermission {
    // Some browsers have none.
    match Reflect::has(&window(), &"Notification".into()) {
        Ok(true) => web_sys::Notification::permission(),
        _ => NotificationPermission::Denied,
    }
}

/// The minute of the day of `HH:MM`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}

/// The minute of the day in a time zone; `None` where the browser does not know it.
fn minute_in(zone: &str) -> Option<u32> {
    let options = Object::new();
    for (name, value) in [("timeZone", zone), ("timeStyle", "short"), ("hourCycle", "h23")] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    // Through `Reflect`: an unknown zone throws.
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let format: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let format = Reflect::construct(&format, &Array::of2(&"en-GB".into(), &options)).ok()?;
    let format: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
    minutes(&format.call1(&JsValue::UNDEFINED, &Date::new_0()).ok()?.as_string()?)
}

/// Whether the quiet hours of `HH:MM` hold the minute of the day.
fn holds(from: &str, to: &str, minute: u32) -> bool {
    match (minutes(from), minutes(to)) {
        (Some(from), Some(to)) if from <= to => (from..to).contains(&minute),
        (Some(from), Some(to)) => minute >= from || minute < to,
        _ => false,
    }
}

/// Whether nothing may ring now.
#[must_use]
pub fn is_quiet(quiet: &Quiet) -> bool {
    if quiet.until.is_some_and(|until| until > chrono::Utc::now()) {
        return true;
    }
    let (Some(from), Some(to)) = (&quiet.from, &quiet.to) else { return false };
    let minute = quiet.zone.as_deref().and_then(minute_in).unwrap_or_else(|| {
        let now = Date::new_0();
        now.get_hours() * 60 + now.get_minutes()
    });
    holds(from, to, minute)
}

/// Rings for a new entry.
pub fn ring(notices: &Notices, session: Session, entry: &Notification) {
    let device = notices.device.get_untracked();
    let is_busy =
        untrack(|| matches!(session.auth(), Auth::SignedIn(me) if me.status == Status::Dnd));
    if is_busy || notices.settings.with_untracked(|settings| is_quiet(&settings.quiet)) {
        return;
    }
    let here = window().location().pathname().unwrap_or_default();
    let is_open = entry.chat.as_ref().is_some_and(|chat| here.ends_with(&chat.id.to_string()));
    let id = entry.id;
    if is_open && !document().hidden() {
        return claim(id, move || storage::save(RUNG, &id));
    }
    let entry = entry.clone();
    let once = move || {
        if storage::load::<NotificationId>(RUNG) == Some(id) {
            return;
        }
        storage::save(RUNG, &id);
        if device.sound {
            drop(chime());
        }
        if device.desktop && permission() == NotificationPermission::Granted {
            drop(show(&entry));
        }
    };
    Timeout::new(OTHERS_MS, move || claim(id, once)).forget();
}

/// Does it in the first tab that claims the entry. What a tab writes to the storage another may read too late, so
/// a lock tells who is first.
fn claim(id: NotificationId, once: impl FnOnce() + 'static) {
    let once = Rc::new(Cell::new(Some(once)));
    let first = once.clone();
    let held = move |lock: JsValue| {
        if lock.is_null() {
            return JsValue::UNDEFINED;
        }
        if let Some(once) = first.take() {
            once();
        }
        let mut wait = |resolve: Function, _| {
            let window = window();
            drop(
                window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, CLAIMED_MS),
            );
        };
        Promise::new(&mut wait).into()
    };
    let asked = (|| {
        // Through `Reflect`: pages that came without TLS have no locks.
        let locks = Reflect::get(&window().navigator(), &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        let options = Object::new();
        Reflect::set(&options, &"ifAvailable".into(), &true.into())?;
        let name = format!("{RUNG}.{id}").into();
        request.call3(&locks, &name, &options, &Closure::once_into_js(held))
    })();
    if asked.is_err()
        && let Some(once) = once.take()
    {
        once();
    }
}

/// A notification of the system; a click comes back to the message.
fn show(entry: &Notification) -> Result<(), JsValue> {
    let options = NotificationOptions::new();
    options.set_body(&entry.body(lang_untracked()));
    // Several tabs show one.
    options.set_tag(&entry.id.to_string());
    let shown =
        web_sys::Notification::new_with_options(&entry.headline(lang_untracked()), &options)?;
    let href = target(entry, |_| true);
    let popup = shown.clone();
    let on_click = Closure::once_into_js(move || {
        drop(window().focus());
        if let Some(href) = &href {
            navigate(href);
        }
        popup.close();
    });
    shown.set_onclick(Some(on_click.unchecked_ref()));
    Ok(())
}

/// Two soft tones.
pub fn chime() -> Result<(), JsValue> {
    let audio = AudioContext::new()?;
    let now = audio.current_time();
    for (frequency, start) in [(660.0, now), (880.0, now + 0.12)] {
        let (tone, volume) = (audio.create_oscillator()?, audio.create_gain()?);
        tone.frequency().set_value(frequency);
        volume.gain().set_value_at_time(0.0001, start)?;
        volume.gain().exponential_ramp_to_value_at_time(0.06, start + 0.02)?;
        volume.gain().exponential_ramp_to_value_at_time(0.0001, start + 0.25)?;
        tone.connect_with_audio_node(&volume)?;
        volume.connect_with_audio_node(&audio.destination())?;
        tone.start_with_when(start)?;
        tone.stop_with_when(start + 0.3)?;
    }
    // A page may have few of them.
    Timeout::new(900, move || drop(audio.close())).forget();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight() {
        for (from, to, minute, quiet) in [
            ("22:00", "07:00", 23 * 60, true),
            ("22:00", "07:00", 6 * 60 + 59, true),
            ("22:00", "07:00", 7 * 60, false),
            ("13:00", "14:00", 13 * 60, true),
            ("13:00", "14:00", 12 * 60, false),
            ("x", "14:00", 13 * 60, false),
        ] {
            assert_eq!(holds(from, to, minute), quiet, "{from} {to} {minute}");
        }
    }
}

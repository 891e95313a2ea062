//! The choice of a day to jump to.

use super::talk::{Jump, Talk};
use crate::effect::Effect;
use crate::i18n::{Key, t};
use crate::ui::{Anchor, Button, Look, Popover};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// The browser's own calendar, while [`Talk::calendar`] holds a place.
#[component]
fn Calendar(talk: Talk) -> impl IntoView {
    let at = RwSignal::new(None::<Anchor>);
    let day = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(anchor) = talk.calendar.get() {
            talk.calendar.set(None);
            at.set(Some(anchor));
        }
    });
    let first = move || {
        let made = talk.chats.peek(talk.chat, |chat| chat.created_at);
        let oldest = talk.window(|window| window.entries().first().map(|e| e.message.created_at));
        // Imported messages may be older than their chat.
        made.filter(|made| oldest.is_none_or(|oldest| oldest > *made)).map(|made| iso(made.into()))
    };
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(time) = midnight(&day.get_untracked()) {
            at.set(None);
            talk.jump.set(Some(Jump::Day(time)));
        }
    };
    view! {
        <Popover at label=t(Key::ChatJumpToDate)>
            <form class="calendar" on:submit=go>
                <label class="field__label">
                    {t(Key::ChatJumpToDate)}
                    <input
                        class="field__input"
                        type="date"
                        autofocus
                        min=first()
                        max=iso(js_sys::Date::new_0().into())
                        required
                        on:input=move |event| day.set(event_target_value(&event))
                    />
                </label>
                <Button look=Look::Primary submit=true>
                    {t(Key::ChatJump)}
                </Button>
            </form>
        </Popover>
    }
}

/// Where the reader's clock stands.
struct Local(js_sys::Date);

impl From<js_sys::Date> for Local {
    fn from(date: js_sys::Date) -> Self {
        Self(date)
    }
}

impl From<DateTime<Utc>> for Local {
    fn from(at: DateTime<Utc>) -> Self {
        Self(js_sys::Date::new(&(at.timestamp_millis() as f64).into()))
    }
}

/// `2026-11-20`, as the input wants it.
fn iso(Local(date): Local) -> String {
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// The beginning of a day where the reader is.
fn midnight(day: &str) -> Option<DateTime<Utc>> {
    let mut parts = day.split('-').map(str::parse::<i32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let year = u32::try_from(year).ok()?;
    let date = js_sys::Date::new_with_year_month_day(year, month - 1, day);
    DateTime::from_timestamp_millis(date.get_time() as i64)
}

crate::lazy! {
    tools => pub fn calendar(talk: Talk) -> AnyView {
        view! { <Calendar talk /> }.into_any()
    }
}

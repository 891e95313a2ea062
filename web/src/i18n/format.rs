//! Numbers and times through the browser's `Intl`, one formatter a language and style.

use super::{Key, Lang, lang, tr};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::document;
use shared::Timestamp;
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::JsValue;

/// What a formatter shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Style {
    Clock,
    Day,
    DayWithYear,
    Exact,
    Number,
}

impl Style {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Clock => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Day => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::DayWithYear => &[("day", "numeric"), ("month", "long"), ("year", "numeric")],
            Self::Exact => &[("dateStyle", "long"), ("timeStyle", "short")],
            Self::Number => &[],
        }
    }
}

thread_local! {
    static FORMATTERS: RefCell<HashMap<(Lang, Style), Function>> = RefCell::default();
}

/// The time of day: `14:05`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    format(Style::Clock, &date(at))
}

/// The day for a separator: `Today`, `Yesterday`, `Friday, 20 November`, `20 November 2024`.
#[must_use]
pub fn day(at: Timestamp) -> String {
    let (date, now) = (date(at), Date::new_0());
    match days_between(&date, &now) {
        0 => tr(Key::AppToday).to_owned(),
        1 => tr(Key::AppYesterday).to_owned(),
        _ if date.get_full_year() == now.get_full_year() => format(Style::Day, &date),
        _ => format(Style::DayWithYear, &date),
    }
}

/// `November 2026`, in the case that dates have: it stands after "since".
#[must_use]
pub fn month_and_year(at: Timestamp) -> String {
    let day = format(Style::DayWithYear, &date(at));
    day.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().to_owned()
}

/// Day and time in full, for tips and after "until".
#[must_use]
pub fn exact(at: Timestamp) -> String {
    format(Style::Exact, &date(at))
}

/// `just now`, `5 minutes ago`, `3 hours ago`; from a day on, the day.
#[must_use]
pub fn relative(at: Timestamp) -> String {
    let minutes = ((Date::now() - millis(at)) / 60_000.0).max(0.0) as i64;
    match minutes {
        0 => tr(Key::AppJustNow).to_owned(),
        1..=59 => super::tn(Key::AppMinutesAgo, minutes),
        60..=1439 => super::tn(Key::AppHoursAgo, minutes / 60),
        _ => day(at),
    }
}

/// A count with the language's separators: `12,345`.
#[must_use]
pub fn number(n: i64) -> String {
    format(Style::Number, &JsValue::from_f64(n as f64))
}

fn millis(at: Timestamp) -> f64 {
    at.timestamp_millis() as f64
}

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(millis(at)))
}

/// Whole days between the midnights of two local days.
fn days_between(earlier: &Date, later: &Date) -> i64 {
    let midnight = |date: &Date| {
        Date::new_with_year_month_day(
            date.get_full_year(),
            date.get_month() as i32,
            date.get_date() as i32,
        )
        .get_time()
    };
    ((midnight(later) - midnight(earlier)) / 86_400_000.0).round() as i64
}

fn format(style: Style, value: &JsValue) -> String {
    let lang = lang();
    FORMATTERS.with_borrow_mut(|formatters| {
        formatters
            .entry((lang, style))
            .or_insert_with(|| formatter(lang, style))
            .call1(&JsValue::UNDEFINED, value)
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    })
}

fn formatter(lang: Lang, style: Style) -> Function {
    let options = Object::new();
    for (name, value) in style.options() {
        // Setting a field of a fresh object cannot fail.
        drop(Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)));
    }
    // English dates follow the reader's region (12 or 24 hours, day before month).
    let region = document().default_view().and_then(|w| w.navigator().language());
    let tag = match (lang, region) {
        (Lang::En, Some(region)) if region.starts_with("en") => region,
        (lang, _) => lang.tag().to_owned(),
    };
    let locales = Array::of1(&JsValue::from_str(&tag));
    if style == Style::Number {
        Intl::NumberFormat::new(&locales, &options).format()
    } else {
        Intl::DateTimeFormat::new(&locales, &options).format()
    }
}

//! Texts, numbers and times in the chosen language.
//!
//! [`t`] gives a closure for views: the text follows the language without a reload. Everything else
//! reads the language reactively when called inside a view or an effect.

mod format;

pub use format::{clock, day, exact, month_and_year, number, relative};

use leptos::prelude::*;
use leptos::reactive::graph::Observer;
pub use shared::text::{Key, Lang};
use shared::text::{fill, named, plural, text};
use std::sync::LazyLock;

static LANG: LazyLock<ArcRwSignal<Lang>> = LazyLock::new(|| ArcRwSignal::new(Lang::default()));

/// The language in force; views and effects follow it.
#[must_use]
pub fn lang() -> Lang {
    if Observer::get().is_some() { LANG.get() } else { LANG.get_untracked() }
}

/// The language in force, without following it.
#[must_use]
pub fn lang_untracked() -> Lang {
    LANG.get_untracked()
}

/// Changes the language of the whole client.
pub fn set_lang(lang: Lang) {
    if let Some(root) = document().document_element() {
        // A failed attribute only costs the reader's pronunciation.
        drop(root.set_attribute("lang", lang.tag()));
    }
    LANG.set(lang);
}

/// The first of the browser's languages that the catalogue has.
#[must_use]
pub fn browser_lang() -> Lang {
    let list: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Lang::negotiate(&list.join(","))
}

/// A text that follows the language: `{t(Key::AppRetry)}`, `label=t(Key::AppClose)`.
pub fn t(key: Key) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || text(lang(), key)
}

/// The text now.
#[must_use]
pub fn tr(key: Key) -> &'static str {
    text(lang(), key)
}

/// The text for `n` of something now.
#[must_use]
pub fn tn(key: Key, n: i64) -> String {
    plural(lang(), key, n)
}

/// The text now, with its `{placeholders}` filled.
#[must_use]
pub fn tf(key: Key, values: &[(&str, &str)]) -> String {
    fill(tr(key), values)
}

/// The text of a name made at run time, such as `status.away`.
#[must_use]
pub fn by_name(name: &str) -> String {
    named(lang(), name)
}

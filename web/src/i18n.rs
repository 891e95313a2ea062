//! Texts, numbers and times in the chosen language.
//!
//! [`t`] gives a closure for views: the text follows the language without a reload. Everything else
//! reads the language reactively when called inside a view or an effect.

mod format;

pub use format::{clock, day, exact, month_and_year, number, relative};

use crate::boot;
use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::reactive::graph::Observer;
use leptos::task::spawn_local;
pub use shared::text::{Key, Lang};
use shared::text::{catalogue, fill, named, plural, text};
use std::cell::Cell;
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

thread_local! {
    static WANTED: Cell<Lang> = const { Cell::new(Lang::En) };
}

/// The language that the page began with. `false`: its texts are not of this build.
pub fn start(lang: Lang, file: String) -> bool {
    let fits = catalogue::load(lang, file);
    put(lang);
    fits
}

/// Changes the language of the whole client, as soon as its texts are there.
pub fn set_lang(lang: Lang) {
    WANTED.set(lang);
    if catalogue::is_loaded(lang) {
        return put(lang);
    }
    spawn_local(async move {
        // Without them the client keeps speaking as it did; the choice holds at the next start.
        if let Some(file) = fetch(lang).await
            && catalogue::load(lang, file)
            && WANTED.get() == lang
        {
            put(lang);
        }
    });
}

async fn fetch(lang: Lang) -> Option<String> {
    let answer = Request::get(&boot::address_of_texts(lang)?).send().await.ok()?;
    if answer.ok() { answer.text().await.ok() } else { None }
}

fn put(lang: Lang) {
    WANTED.set(lang);
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

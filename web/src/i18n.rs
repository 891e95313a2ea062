//! Texts, numbers and times in the chosen language.
//!
//! [`t`] gives a closure for views: the text follows the language without a reload. Everything else
//! reads the language reactively when called inside a view or an effect.

mod format;

pub use format::{clock, day, exact, month_and_year, number, relative};

use crate::boot;
use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
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

/// Between two attempts to fetch texts that are missing.
const AGAIN_MS: u32 = 3_000;

/// The language that the page began with, and its texts of the first screen; all others follow.
/// `false`: they are not of this build.
pub fn start(lang: Lang, file: String) -> bool {
    let fits = catalogue::load(lang, file);
    put(lang);
    // Leptos has not begun.
    wasm_bindgen_futures::spawn_local(async move {
        while !whole(lang).await {
            TimeoutFuture::new(AGAIN_MS).await;
        }
    });
    fits
}

/// Waits for all texts of a language. `false`: they could not be fetched.
async fn whole(lang: Lang) -> bool {
    if catalogue::is_whole(lang) {
        return true;
    }
    let Some(file) = fetch(lang, false).await else { return false };
    // Somebody else may have been faster.
    let is_new = !catalogue::is_whole(lang);
    if !catalogue::complete(lang, file) {
        return false;
    }
    if is_new && LANG.get_untracked() == lang {
        // What stands there already is written anew.
        LANG.set(lang);
    }
    true
}

/// Waits for all texts of the language in force: screens that come later have theirs among them.
/// `false`: they could not be fetched.
pub async fn ready() -> bool {
    whole(lang_untracked()).await
}

/// Changes the language of the whole client, as soon as its texts are there.
pub fn set_lang(lang: Lang) {
    WANTED.set(lang);
    if lang == lang_untracked() || catalogue::is_whole(lang) {
        return put(lang);
    }
    spawn_local(async move {
        // Without them the client keeps speaking as it did; the choice holds at the next start.
        if let Some(file) = fetch(lang, true).await
            && catalogue::load(lang, file)
            && whole(lang).await
            && WANTED.get() == lang
        {
            put(lang);
        }
    });
}

async fn fetch(lang: Lang, first: bool) -> Option<String> {
    let answer = Request::get(&boot::address_of_texts(lang, first)?).send().await.ok()?;
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
    let ours = |tag: String| Lang::from_tag(&tag.split('-').next()?.to_ascii_lowercase());
    let mut tags = window().navigator().languages().into_iter().filter_map(|tag| tag.as_string());
    tags.find_map(ours).unwrap_or_default()
}

/// In small letters. The browser has the tables for that: ours would be fetched with the first screen.
#[must_use]
pub fn lower(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// The first letter of a name, large; see [`lower`].
#[must_use]
pub fn initial(name: &str) -> Option<String> {
    let letter = name.trim().chars().next()?;
    Some(js_sys::JsString::from(letter).to_upper_case().into())
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

//! What `web/boot.js` has asked for while this code was on its way.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use shared::text::Lang;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

fn get(from: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(from, &name.into()).ok().filter(|value| !value.is_undefined())
}

fn kept(name: &str) -> Option<JsValue> {
    get(&get(&window(), "theSpace")?, name)
}

/// The language of the first screen and the file of its texts; `None`: it could not be fetched.
pub async fn texts() -> Option<(Lang, String)> {
    let lang = kept("lang").and_then(|tag| Lang::from_tag(&tag.as_string()?)).unwrap_or_default();
    let file = JsFuture::from(kept("texts")?.dyn_into::<Promise>().ok()?).await.ok()?;
    Some((lang, file.as_string()?))
}

/// Where the texts of a language are: those of the first screen, or all others.
pub fn address_of_texts(lang: Lang, first: bool) -> Option<String> {
    let name = if first { "meta[name=texts]" } else { "meta[name=more-texts]" };
    let meta = document().query_selector(name).ok().flatten()?;
    meta.get_attribute(&format!("data-{}", lang.tag()))
}

/// Waits for the styles of screens that come later. `false`: they could not be fetched.
pub async fn styles() -> bool {
    let Some(fetch) = kept("styles").and_then(|fetch| fetch.dyn_into::<Function>().ok()) else {
        return true;
    };
    match fetch.call0(&JsValue::NULL).map(JsCast::dyn_into::<Promise>) {
        Ok(Ok(coming)) => JsFuture::from(coming).await.is_ok(),
        _ => false,
    }
}

/// Tells the person, and the console, that the client can't start.
pub fn failed(why: &str) {
    if let Some(tell) = kept("failed").and_then(|tell| tell.dyn_into::<Function>().ok()) {
        // It only shows a sentence.
        drop(tell.call1(&JsValue::NULL, &why.into()));
    }
}

/// The answer to `GET /chats` and the like, once, if it was asked for ahead and has come.
pub async fn answer(method: &str, path: &str) -> Option<Response> {
    let (answers, name) = (kept("answers")?, format!("{method} {path}"));
    let promise = get(&answers, &name)?.dyn_into::<Promise>().ok()?;
    // A plain object lets go of its properties.
    drop(Reflect::delete_property::<JsValue>(answers.unchecked_ref(), &name.into()));
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

/// Nobody is signed in any more: what was asked for ahead is not for the next person.
pub fn forget() {
    if let Some(page) = get(&window(), "theSpace") {
        // A plain object takes what it is given.
        drop(Reflect::set(&page, &"answers".into(), &js_sys::Object::new()));
    }
}

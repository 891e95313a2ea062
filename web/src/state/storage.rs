//! This device's local storage. A browser that forbids it only forgets.

use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::json;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The value kept under `the-space.<name>`; `None` when there is none or it is damaged.
#[must_use]
pub fn load<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(&format!("the-space.{name}")).ok()??;
    json::read(&text).ok()
}

/// The names that begin with `prefix` and have a value.
#[must_use]
pub fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let names = keys.filter_map(|key| Some(key.strip_prefix("the-space.")?.to_owned()));
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// Keeps nothing under `the-space.<name>` any more.
pub fn remove(name: &str) {
    if let Some(storage) = storage() {
        // Forbidden: nothing was kept.
        drop(storage.remove_item(&format!("the-space.{name}")));
    }
}

/// Keeps nothing any more under names that begin with `prefix`.
pub fn clear(prefix: &str) {
    for name in names(prefix) {
        remove(&name);
    }
}

/// Keeps a value under `the-space.<name>`.
pub fn save(name: &str, value: &impl Serialize) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(value)) {
        // A full or forbidden storage: the value lives until the tab closes.
        drop(storage.set_item(&format!("the-space.{name}"), &text));
    }
}

//! The web client of The Space: the same slices as `shared` and `api`, seen from the browser.
//!
//! [`boot`] what was asked for ahead · [`app`] shell and routes · [`router`] going to addresses · [`page`] which there are · [`i18n`] texts and times · [`api`] the server's
//! operations · [`live`] the socket · [`state`] what is known · [`ui`] the kit · then a room a slice.

// Sizes are other ones here than in the browser.
#![cfg_attr(not(target_arch = "wasm32"), allow(clippy::large_enum_variant))]

mod api;
mod app;
mod boot;
mod chat;
mod developer;
mod effect;
mod files;
mod form;
mod i18n;
mod identity;
mod live;
mod notifications;
mod page;
mod palette;
mod people;
mod router;
mod settings;
mod spaces;
mod state;
mod stickers;
mod ui;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

fn main() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        let loaded = boot::texts().await.map(|(lang, file)| i18n::start(lang, file));
        if loaded != Some(true) {
            return boot::failed("no texts");
        }
        if let Some(boot) = document().get_element_by_id("boot") {
            boot.remove();
        }
        mount_to_body(app::App);
    });
}

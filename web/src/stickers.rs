//! Sticker packs: those at hand, and those to be found.

mod browse;
mod mine;
mod pack;

use crate::i18n::{Key, t};
use crate::ui::Dialog;
use leptos::prelude::*;
use shared::ids::PackId;

/// What the dialog of packs shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manage {
    /// The packs at hand.
    Mine,
    /// Public packs.
    Browse,
    Pack(PackId),
}

/// The dialog, while `at` says what it shows.
pub fn packs_dialog(at: RwSignal<Option<Manage>>) -> AnyView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let wanted = at.with(Option::is_some);
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        if was == Some(true) && !is {
            at.set(None);
        }
        is
    });
    let title = move || {
        let key = match at.get() {
            Some(Manage::Browse) => Key::StickersBrowse,
            Some(Manage::Pack(_)) => Key::StickersPack,
            Some(Manage::Mine) | None => Key::StickersPacks,
        };
        t(key)()
    };
    view! {
        <Dialog open title wide=true>
            {move || match at.get() {
                Some(Manage::Mine) => mine::mine(at),
                Some(Manage::Browse) => browse::browse(at),
                Some(Manage::Pack(id)) => pack::pack(at, id),
                None => ().into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

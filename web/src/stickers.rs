//! Sticker packs: those at hand, those to be found, and the making of one's own.

mod browse;
mod edit;
mod mine;
mod order;
mod pack;

use crate::app::PageHeader;
use crate::i18n::{Key, t};
use crate::router::segment;
use crate::ui::{Dialog, Empty, Picture, later};
use leptos::prelude::*;
use shared::ids::PackId;

/// What is shown of packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manage {
    /// The packs at hand.
    Mine,
    /// Public packs.
    Browse,
    New,
    Pack(PackId),
    Edit(PackId),
}

impl Manage {
    const fn title(self) -> Key {
        match self {
            Self::Mine => Key::StickersPacks,
            Self::Browse => Key::StickersBrowse,
            Self::New => Key::StickersNewPack,
            Self::Pack(_) => Key::StickersPack,
            Self::Edit(_) => Key::StickersEditPack,
        }
    }
}

fn screen(at: RwSignal<Option<Manage>>) -> AnyView {
    view! {
        {move || match at.get() {
            Some(Manage::Mine) => mine::mine(at),
            Some(Manage::Browse) => browse::browse(at),
            Some(Manage::New) => edit::new_pack(at),
            Some(Manage::Pack(id)) => pack::pack(at, id),
            Some(Manage::Edit(id)) => edit::edit_pack(at, id),
            None => ().into_any(),
        }}
    }
    .into_any()
}

fn dialog(at: RwSignal<Option<Manage>>) -> AnyView {
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
    let title = move || t(at.get().unwrap_or(Manage::Mine).title())();
    view! {
        <Dialog open title wide=true>
            {screen(at)}
        </Dialog>
    }
    .into_any()
}

crate::lazy! {
    tools => pub fn packs_dialog(at: RwSignal<Option<Manage>>) -> AnyView {
        dialog(at)
    }
    tools => fn packs() -> AnyView {
        packs_here()
    }
    tools => fn pack_page() -> AnyView {
        view! { <PackScreen /> }.into_any()
    }
}

/// The packs in the settings. Their code is fetched when they are shown.
pub fn packs_tab() -> AnyView {
    later(packs).into_any()
}

fn packs_here() -> AnyView {
    let at = RwSignal::new(Some(Manage::Mine));
    let title = move || t(at.get().unwrap_or(Manage::Mine).title())();
    view! {
        <section class="settings__section settings__packs">
            <h2>{title}</h2>
            {screen(at)}
        </section>
    }
    .into_any()
}

/// Where the link of a pack leads. Its code is fetched when it is shown.
#[component]
pub fn PackPage() -> impl IntoView {
    later(pack_page)
}

#[component]
fn PackScreen() -> impl IntoView {
    let named = segment(1);
    let id = Memo::new(move |_| named()?.parse::<PackId>().ok());
    let at = RwSignal::new(None::<Manage>);
    Effect::new(move |_| at.set(id.get().map(Manage::Pack)));
    let title = move || t(at.get().unwrap_or(Manage::Browse).title())();
    view! {
        <div class="page">
            <PageHeader title />
            <div class="page__body page__body--packs">
                <Show
                    when=move || id.get().is_some()
                    fallback=|| {
                        view! { <Empty picture=Picture::Telescope title=t(Key::StickersGone) /> }
                    }
                >
                    {screen(at)}
                </Show>
            </div>
        </div>
    }
}

//! The packs at hand, in their order.

use super::Manage;
use crate::api::expression as api;
use crate::i18n::{Key, t, tf, tn};
use crate::state::{Expression, Load};
use crate::ui::{Button, Failure, Glyph, Icon, IconButton, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::StickerPack;
use shared::ids::PackId;

pub(super) fn mine(at: RwSignal<Option<Manage>>) -> AnyView {
    let expression = expect_context::<Expression>();
    let retry = Callback::new(move |()| expression.reload_packs());
    view! {
        <div class="dialog__body packs">
            {move || match expression.packs() {
                Load::Loading => {
                    view! { <SkeletonRows label=t(Key::StickersLoading) rows=3 /> }.into_any()
                }
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=retry /> }.into_any()
                }
                Load::Ready(list) if list.is_empty() => {
                    view! { <p class="packs__none">{t(Key::StickersNone)}</p> }.into_any()
                }
                Load::Ready(list) => {
                    let ids: Vec<PackId> = list.iter().map(|pack| pack.id).collect();
                    let rows = list.iter().enumerate().map(|(place, pack)| row(at, &ids, place, pack));
                    view! { <ul class="packs__list">{rows.collect::<Vec<_>>()}</ul> }.into_any()
                }
            }}
            <footer class="dialog__footer">
                <Button icon=Icon::Search on_click=move |_| at.set(Some(Manage::Browse))>
                    {t(Key::StickersBrowse)}
                </Button>
            </footer>
        </div>
    }
    .into_any()
}

fn row(at: RwSignal<Option<Manage>>, ids: &[PackId], place: usize, pack: &StickerPack) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let id = pack.id;
    let swapped = |other: Option<usize>| {
        let mut order = ids.to_vec();
        let other = other.filter(|other| *other < order.len())?;
        order.swap(place, other);
        Some(order)
    };
    let step = |order: Option<Vec<PackId>>, icon: Icon, key: Key, name: String| {
        let label = move || tf(key, &[("name", &name)]);
        let disabled = order.is_none();
        let go = move |_| {
            let Some(order) = order.clone() else { return };
            spawn_local(async move {
                match api::order_packs(order).await {
                    Ok(page) => expression.set_packs(page.items),
                    Err(error) => toasts.failed(error.sentence()),
                }
            });
        };
        view! { <IconButton icon label disabled=Signal::stored(disabled) on_click=go /> }
    };
    let name = pack.name.clone();
    let remove_label = {
        let name = name.clone();
        move || tf(Key::StickersUninstallNamed, &[("name", &name)])
    };
    let remove = move |_| {
        spawn_local(async move {
            match api::uninstall_pack(id).await {
                Ok(()) => expression.reload_packs(),
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let up = step(swapped(place.checked_sub(1)), Icon::ArrowUp, Key::StickersUp, name.clone());
    let down = step(swapped(Some(place + 1)), Icon::ArrowDown, Key::StickersDown, name.clone());
    view! {
        <li class="packs__row">
            {cover(pack)}
            {head(at, pack)}
            {up}
            {down}
            <IconButton icon=Icon::Trash label=remove_label on_click=remove />
        </li>
    }
    .into_any()
}

/// The picture of a pack.
pub(super) fn cover(pack: &StickerPack) -> AnyView {
    match pack.thumbnail_url.clone() {
        Some(url) => {
            view! { <img class="packs__cover" src=url alt="" loading="lazy" /> }.into_any()
        }
        None => view! { <span class="packs__cover"><Glyph icon=Icon::Sticker /></span> }.into_any(),
    }
}

/// The name of a pack, which opens it, and how much is in it.
pub(super) fn head(at: RwSignal<Option<Manage>>, pack: &StickerPack) -> AnyView {
    let (id, count) = (pack.id, pack.sticker_count);
    let author = pack.author.as_ref().map(|author| format!(" · {}", author.name()));
    view! {
        <div class="packs__text">
            <button class="packs__name" type="button" on:click=move |_| at.set(Some(Manage::Pack(id)))>
                {pack.name.clone()}
            </button>
            <p class="settings__hint">{move || tn(Key::StickersCount, count)} {author}</p>
        </div>
    }
    .into_any()
}

//! The packs at hand, in their order.

use super::Manage;
use super::order::Order;
use crate::api::expression as api;
use crate::i18n::{Key, t, tf, tn};
use crate::state::{Expression, Load};
use crate::ui::{Button, Failure, Glyph, Icon, IconButton, Look, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::StickerPack;
use shared::ids::PackId;

pub(super) fn mine(at: RwSignal<Option<Manage>>) -> AnyView {
    let expression = expect_context::<Expression>();
    let packs = Memo::new(move |_| expression.packs());
    let retry = Callback::new(move |()| expression.reload_packs());
    view! {
        <div class="dialog__body packs">
            {move || match packs.get() {
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
                    let order = order(expression, &list);
                    let rows = list.iter().map(|pack| row(at, order, pack));
                    view! { <ul class="packs__list">{rows.collect::<Vec<_>>()}</ul> }.into_any()
                }
            }}
            <footer class="dialog__footer">
                <Button icon=Icon::Search on_click=move |_| at.set(Some(Manage::Browse))>
                    {t(Key::StickersBrowse)}
                </Button>
                <Button
                    look=Look::Primary
                    icon=Icon::Plus
                    on_click=move |_| at.set(Some(Manage::New))
                >
                    {t(Key::StickersNewPack)}
                </Button>
            </footer>
        </div>
    }
    .into_any()
}

fn order(expression: Expression, list: &[StickerPack]) -> Order<PackId> {
    let toasts = expect_context::<Toasts>();
    let packs = StoredValue::new(list.to_vec());
    let put = move |ids: Vec<PackId>| {
        let mut list = packs.get_value();
        list.sort_by_key(|pack| ids.iter().position(|id| *id == pack.id));
        expression.set_packs(list);
        spawn_local(async move {
            // The answer may be older than what was moved meanwhile.
            if let Err(error) = api::order_packs(ids).await {
                toasts.failed(error.sentence());
                expression.reload_packs();
            }
        });
    };
    Order::new(Signal::stored(list.iter().map(|pack| pack.id).collect()), Callback::new(put))
}

fn row(at: RwSignal<Option<Manage>>, order: Order<PackId>, pack: &StickerPack) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let (id, name) = (pack.id, pack.name.clone());
    let remove_label = {
        let name = name.clone();
        move || tf(Key::StickersUninstallNamed, &[("name", &name)])
    };
    let remove = move |_| {
        let (name, before) = (name.clone(), expression.pack_order());
        spawn_local(async move {
            match api::uninstall_pack(id).await {
                Ok(()) => {
                    expression.reload_packs();
                    let again = move || install_again(expression, toasts, id, before.clone());
                    toasts.undoable(tf(Key::StickersUninstalled, &[("name", &name)]), again);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let inside = view! {
        {cover(pack)}
        {head(at, pack)}
        {order.steps(id, Signal::stored(pack.name.clone()))}
        <IconButton icon=Icon::Close label=remove_label on_click=remove />
    };
    order.row(id, "packs__row", inside.into_any())
}

/// Puts a pack at hand again, where it stood.
fn install_again(expression: Expression, toasts: Toasts, id: PackId, order: Vec<PackId>) {
    spawn_local(async move {
        let outcome = match api::install_pack(id).await {
            Ok(()) => api::order_packs(order).await.map(|page| expression.set_packs(page.items)),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            toasts.failed(error.sentence());
            expression.reload_packs();
        }
    });
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
    let to = if pack.own { Manage::Edit(id) } else { Manage::Pack(id) };
    let author = pack.author.as_ref().map(|author| format!(" · {}", author.name()));
    view! {
        <div class="packs__text">
            <button class="packs__name" type="button" on:click=move |_| at.set(Some(to))>
                {pack.name.clone()}
            </button>
            <p class="settings__hint">{move || tn(Key::StickersCount, count)} {author}</p>
        </div>
    }
    .into_any()
}

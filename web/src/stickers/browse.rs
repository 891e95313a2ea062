//! Finding packs: public ones by name, and those one has made.

use super::Manage;
use super::mine::{cover, head};
use super::pack::install_button;
use crate::api::ApiResult;
use crate::api::expression as api;
use crate::i18n::{Key, t};
use crate::spaces::{Paged, rows};
use crate::ui::{Button, TextField, Tick};
use leptos::prelude::*;
use shared::expression::StickerPack;
use std::future::Future;

pub(super) fn browse(at: RwSignal<Option<Manage>>) -> AnyView {
    let (query, own) = (RwSignal::new(String::new()), RwSignal::new(false));
    let fetch = move |cursor| -> std::pin::Pin<Box<dyn Future<Output = ApiResult<_>>>> {
        let (query, own) = (query.get_untracked(), own.get_untracked());
        Box::pin(async move { api::list_packs(own, query.trim(), cursor).await })
    };
    let list: Paged<StickerPack> = Paged::start(fetch);
    Effect::new(move |before: Option<()>| {
        let _follows = (query.track(), own.track());
        if before.is_some() {
            list.reload();
        }
    });
    provide_context(at);
    view! {
        <div class="dialog__body packs">
            <TextField label=t(Key::StickersSearch) kind="search" value=query first=true />
            <Tick
                label=t(Key::StickersOnlyOwn)
                checked=own
                on_change=move |on: bool| own.set(on)
            />
            {rows(list, (Key::StickersNothingFound, None), row)}
            <footer class="dialog__footer">
                <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::StickersBack)}</Button>
            </footer>
        </div>
    }
    .into_any()
}

fn row(pack: StickerPack, _: Paged<StickerPack>) -> AnyView {
    let at = expect_context::<RwSignal<Option<Manage>>>();
    view! { <li class="packs__row">{cover(&pack)} {head(at, &pack)} {install_button(&pack)}</li> }
        .into_any()
}

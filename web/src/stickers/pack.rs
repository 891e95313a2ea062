//! One pack as everybody sees it.

use super::Manage;
use crate::api::ApiError;
use crate::api::expression as api;
use crate::i18n::{Key, t, tr};
use crate::state::{Expression, Load};
use crate::ui::{Button, Failure, Icon, Look, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::expression::{FullPack, PackVisibility, StickerPack};
use shared::ids::PackId;

pub(super) fn pack(at: RwSignal<Option<Manage>>, id: PackId) -> AnyView {
    let expression = expect_context::<Expression>();
    let retry = Callback::new(move |()| expression.reload_pack(id));
    let content = move || match expression.pack(id) {
        Load::Loading => view! { <SkeletonRows label=t(Key::StickersLoading) rows=4 /> }.into_any(),
        Load::Failed(error) if error.code() == Some(ErrorCode::NotFound) => {
            view! { <p class="packs__none">{t(Key::StickersGone)}</p> }.into_any()
        }
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=retry /> }.into_any()
        }
        Load::Ready(full) => card(at, full),
    };
    view! { <div class="dialog__body packs">{content}</div> }.into_any()
}

fn card(at: RwSignal<Option<Manage>>, full: FullPack) -> AnyView {
    let FullPack { pack, stickers } = full;
    let author = pack.author.as_ref().map(|author| author.name().to_owned());
    let none = stickers.is_empty().then(|| {
        view! { <p class="packs__none">{t(Key::StickersEmptyPack)}</p> }
    });
    let pictures = stickers.into_iter().map(|sticker| {
        view! { <img class="packs__sticker" src=sticker.url alt=sticker.name loading="lazy" /> }
    });
    let edit = pack.own.then(|| {
        let id = pack.id;
        view! {
            <Button icon=Icon::Edit on_click=move |_| at.set(Some(Manage::Edit(id)))>
                {t(Key::StickersEditPack)}
            </Button>
        }
    });
    view! {
        <h3 class="packs__title">{pack.name.clone()}</h3>
        <p class="settings__hint">{author}</p>
        <p>{pack.description.clone()}</p>
        {none}
        <div class="packs__grid">{pictures.collect::<Vec<_>>()}</div>
        <footer class="dialog__footer">
            <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::StickersBack)}</Button>
            {link_button(&pack)} {edit} {install_button(&pack)}
        </footer>
    }
    .into_any()
}

/// Copies the address of a pack that others may open.
pub(super) fn link_button(pack: &StickerPack) -> AnyView {
    if pack.visibility == PackVisibility::Private {
        return ().into_any();
    }
    let toasts = expect_context::<Toasts>();
    let path = crate::page::Page::Pack(pack.id).path();
    let copy = move |_| {
        let origin = window().location().origin().unwrap_or_default();
        let writing = window().navigator().clipboard().write_text(&format!("{origin}{path}"));
        spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(writing).await {
                Ok(_) => toasts.done(tr(Key::ChatCopied)),
                Err(_) => toasts.failed(tr(Key::ChatNotCopied)),
            }
        });
    };
    view! { <Button icon=Icon::Link on_click=copy>{t(Key::StickersCopyLink)}</Button> }.into_any()
}

/// Puts a pack at hand, or takes it away.
pub(super) fn install_button(pack: &StickerPack) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let id = pack.id;
    let installed = RwSignal::new(pack.installed);
    let busy = RwSignal::new(false);
    let toggle = move |_| {
        let was = installed.get_untracked();
        busy.set(true);
        spawn_local(async move {
            let outcome: Result<(), ApiError> = match was {
                true => api::uninstall_pack(id).await,
                false => api::install_pack(id).await,
            };
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    let _was_there = installed.try_set(!was);
                    expression.reload_packs();
                    expression.reload_pack(id);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    view! {
        {move || {
            let (look, key) = match installed.get() {
                true => (Look::Plain, Key::StickersUninstall),
                false => (Look::Primary, Key::StickersInstall),
            };
            view! { <Button look busy on_click=toggle>{t(key)}</Button> }
        }}
    }
    .into_any()
}

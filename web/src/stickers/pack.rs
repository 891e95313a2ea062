//! One pack as everybody sees it.

use super::Manage;
use crate::api::ApiError;
use crate::api::expression as api;
use crate::i18n::{Key, t};
use crate::state::{Expression, Load};
use crate::ui::{Button, Failure, Look, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::expression::{FullPack, StickerPack};
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
    let pictures = stickers.into_iter().map(|sticker| {
        view! { <img class="packs__sticker" src=sticker.url alt=sticker.name loading="lazy" /> }
    });
    let back = view! {
        <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::StickersBack)}</Button>
    };
    view! {
        <h3 class="packs__title">{pack.name.clone()}</h3>
        <p class="settings__hint">{author}</p>
        <p>{pack.description.clone()}</p>
        <div class="packs__grid">{pictures.collect::<Vec<_>>()}</div>
        <footer class="dialog__footer">
            {back}
            {install_button(&pack)}
        </footer>
    }
    .into_any()
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

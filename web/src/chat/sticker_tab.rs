//! Stickers to send: the packs at hand, and the door to others.

use super::emoji_picker::rove;
use crate::i18n::{Key, t};
use crate::state::{Expression, Load};
use crate::ui::{Failure, Glyph, Icon, SkeletonRows};
use leptos::prelude::*;
use shared::expression::{Sticker, StickerPack};
use shared::ids::PackId;

/// What happens to a sticker that is chosen, and how to other packs.
#[derive(Clone, Copy)]
pub struct StickerPicks {
    pub on_choose: Callback<Sticker>,
    /// A dialog of its own: it outlives the picker.
    pub on_manage: Callback<()>,
    /// Whether the picker shows them, rather than emoji.
    pub is_shown: RwSignal<bool>,
}

/// The tab of the picker.
pub fn sticker_tab(picks: StickerPicks) -> AnyView {
    let expression = expect_context::<Expression>();
    let chosen = RwSignal::new(None::<PackId>);
    let packs = Memo::new(move |_| expression.packs());
    let current = Memo::new(move |_| {
        let wanted = chosen.get();
        packs.with(|packs| {
            let list = packs.ready()?;
            let known = list.iter().find(|pack| Some(pack.id) == wanted);
            // Without a choice one that has something in it.
            let filled = || list.iter().find(|pack| pack.sticker_count > 0);
            known.or_else(filled).or_else(|| list.first()).map(|pack| pack.id)
        })
    });
    let retry = Callback::new(move |()| expression.reload_packs());
    view! {
        <div class="stickers" role="tabpanel" aria-label=t(Key::StickersTitle)>
            <div class="stickers__packs" role="toolbar" aria-label=t(Key::StickersPacks)>
                {move || {
                    packs
                        .with(|packs| {
                            packs.ready().map(|list| {
                                list.iter().map(|p| pack_button(p, current, chosen)).collect::<Vec<_>>()
                            })
                        })
                }}
                <button
                    class="stickers__pack"
                    type="button"
                    aria-label=t(Key::StickersManage)
                    data-tip=t(Key::StickersManage)
                    on:click=move |_| picks.on_manage.run(())
                >
                    <Glyph icon=Icon::Plus />
                </button>
            </div>
            <div class="stickers__list" tabindex="0" role="group" aria-label=t(Key::StickersTitle) on:keydown=rove>
                {move || match packs.get() {
                    Load::Loading => {
                        view! { <SkeletonRows label=t(Key::StickersLoading) rows=4 /> }.into_any()
                    }
                    Load::Failed(error) => {
                        let sentence = Signal::derive(move || error.sentence());
                        view! { <Failure sentence on_retry=retry /> }.into_any()
                    }
                    Load::Ready(_) => match current.get() {
                        Some(pack) => stickers_of(expression, pack, picks.on_choose),
                        None => view! { <p class="emoji__none">{t(Key::StickersNone)}</p> }.into_any(),
                    },
                }}
            </div>
        </div>
    }
    .into_any()
}

fn pack_button(
    pack: &StickerPack,
    current: Memo<Option<PackId>>,
    chosen: RwSignal<Option<PackId>>,
) -> AnyView {
    let (id, name) = (pack.id, pack.name.clone());
    view! {
        <button
            class="stickers__pack"
            class:stickers__pack--chosen=move || current.get() == Some(id)
            type="button"
            aria-pressed=move || if current.get() == Some(id) { "true" } else { "false" }
            aria-label=name.clone()
            data-tip=name
            on:click=move |_| chosen.set(Some(id))
        >
            {match pack.thumbnail_url.clone() {
                Some(url) => view! { <img src=url alt="" loading="lazy" /> }.into_any(),
                None => view! { <Glyph icon=Icon::Sticker /> }.into_any(),
            }}
        </button>
    }
    .into_any()
}

fn stickers_of(expression: Expression, pack: PackId, on_sticker: Callback<Sticker>) -> AnyView {
    let retry = Callback::new(move |()| expression.reload_pack(pack));
    let content = move || match expression.pack(pack) {
        Load::Loading => view! { <SkeletonRows label=t(Key::StickersLoading) rows=4 /> }.into_any(),
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=retry /> }.into_any()
        }
        Load::Ready(full) if full.stickers.is_empty() => {
            view! { <p class="emoji__none">{t(Key::StickersEmptyPack)}</p> }.into_any()
        }
        Load::Ready(full) => {
            let buttons = full.stickers.into_iter().map(|sticker| {
                let (name, url) = (sticker.name.clone(), sticker.url.clone());
                view! {
                    <button
                        class="stickers__one"
                        type="button"
                        tabindex="-1"
                        aria-label=name.clone()
                        data-tip=name
                        on:click=move |_| on_sticker.run(sticker.clone())
                    >
                        <img src=url alt="" loading="lazy" />
                    </button>
                }
            });
            view! { <div class="stickers__grid">{buttons.collect::<Vec<_>>()}</div> }.into_any()
        }
    };
    view! { {content} }.into_any()
}

//! Finding packs: public ones by name, and those one has made.

use super::Manage;
use super::mine::{cover, head};
use super::pack::install_button;
use crate::api::expression as api;
use crate::i18n::{Key, t};
use crate::state::Load;
use crate::ui::{Button, Failure, SkeletonRows, TextField, Tick};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::StickerPack;

#[derive(Clone, Copy)]
struct Search {
    query: RwSignal<String>,
    own: RwSignal<bool>,
    list: RwSignal<Load<Vec<StickerPack>>>,
    next: RwSignal<Option<String>>,
}

impl Search {
    /// The first page, or the one after what is there.
    fn fetch(self, more: bool) {
        let (query, own) = (self.query.get_untracked(), self.own.get_untracked());
        let cursor = self.next.get_untracked().filter(|_| more);
        spawn_local(async move {
            let outcome = api::list_packs(own, query.trim(), cursor).await;
            let is_still = self.query.try_get_untracked().is_some_and(|now| now == query)
                && self.own.try_get_untracked() == Some(own);
            if !is_still {
                return;
            }
            match outcome {
                Err(error) => self.list.set(Load::Failed(error)),
                Ok(page) => {
                    self.next.set(page.next_cursor);
                    self.list.update(|list| match list.ready_mut().filter(|_| more) {
                        Some(known) => known.extend(page.items),
                        None => *list = Load::Ready(page.items),
                    });
                }
            }
        });
    }
}

pub(super) fn browse(at: RwSignal<Option<Manage>>) -> AnyView {
    let search = Search {
        query: RwSignal::new(String::new()),
        own: RwSignal::new(false),
        list: RwSignal::new(Load::Loading),
        next: RwSignal::new(None),
    };
    Effect::new(move |_| {
        search.query.track();
        search.own.track();
        search.fetch(false);
    });
    let retry = Callback::new(move |()| search.fetch(false));
    view! {
        <div class="dialog__body packs">
            <TextField
                label=t(Key::StickersSearch)
                kind="search"
                value=search.query
                first=true
            />
            <Tick
                label=t(Key::StickersOnlyOwn)
                checked=search.own
                on_change=move |on: bool| search.own.set(on)
            />
            {move || match search.list.get() {
                Load::Loading => {
                    view! { <SkeletonRows label=t(Key::StickersLoading) rows=4 /> }.into_any()
                }
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=retry /> }.into_any()
                }
                Load::Ready(list) if list.is_empty() => {
                    view! { <p class="packs__none">{t(Key::StickersNothingFound)}</p> }.into_any()
                }
                Load::Ready(list) => {
                    let rows = list.iter().map(|pack| {
                        view! {
                            <li class="packs__row">
                                {cover(pack)} {head(at, pack)} {install_button(pack)}
                            </li>
                        }
                    });
                    view! { <ul class="packs__list">{rows.collect::<Vec<_>>()}</ul> }.into_any()
                }
            }}
            <Show when=move || search.next.with(Option::is_some)>
                <Button on_click=move |_| search.fetch(true)>{t(Key::StickersMore)}</Button>
            </Show>
            <footer class="dialog__footer">
                <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::StickersBack)}</Button>
            </footer>
        </div>
    }
    .into_any()
}

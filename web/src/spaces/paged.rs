//! A list that comes page by page.

use crate::api::ApiResult;
use crate::i18n::{Key, t};
use crate::state::Load;
use crate::ui::{Button, Empty, Failure, Picture, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::page::Page;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

type Answer<T> = Pin<Box<dyn Future<Output = ApiResult<Page<T>>>>>;
type Fetch<T> = Rc<dyn Fn(Option<String>) -> Answer<T>>;

/// An item, and a mark that no other has: a row is kept as long as nothing of its item changes.
type Marked<T> = (u32, T);

/// See the module. One closure type for all lists: it is boxed.
pub struct Paged<T: Clone + PartialEq + Send + Sync + 'static> {
    items: RwSignal<Load<Vec<Marked<T>>>>,
    /// The last mark that was given.
    mark: StoredValue<u32>,
    cursor: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    /// Counts fetches: an answer to an older one is dropped.
    turn: StoredValue<u32>,
    fetch: StoredValue<Fetch<T>, LocalStorage>,
    toasts: Toasts,
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Copy for Paged<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Paged<T> {
    /// Starts with the first page.
    pub fn start(fetch: impl Fn(Option<String>) -> Answer<T> + 'static) -> Self {
        let list = Self {
            items: RwSignal::new(Load::Loading),
            mark: StoredValue::new(0),
            cursor: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
            fetch: StoredValue::new_local(Rc::new(fetch)),
            toasts: expect_context::<Toasts>(),
        };
        list.load(None);
        list
    }

    /// Fetches the first page anew.
    pub fn reload(self) {
        self.load(None);
    }

    fn more(self) {
        self.load(self.cursor.get_untracked());
    }

    fn load(self, cursor: Option<String>) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.busy.set(true);
        let is_first = cursor.is_none();
        let answer = self.fetch.with_value(|fetch| fetch(cursor));
        spawn_local(async move {
            let outcome = answer.await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok(page) => {
                    self.cursor.set(page.next_cursor);
                    self.items.update(|items| {
                        let known = items.ready_mut().map(std::mem::take).unwrap_or_default();
                        *items = Load::Ready(self.merge(known, page.items, is_first));
                    });
                }
                // What is here stays, with the button to try again.
                Err(error) if !is_first => self.toasts.failed(error.sentence()),
                Err(error) => self.items.set(Load::Failed(error)),
            }
        });
    }

    /// What is here with a new page: in its place when it is the first one, else behind it. What is
    /// as it was keeps its mark, and what moved to the next page meanwhile is here once.
    fn merge(self, mut known: Vec<Marked<T>>, new: Vec<T>, is_first: bool) -> Vec<Marked<T>> {
        let marked = |item: T| {
            let mark = known.iter().find(|(_, other)| *other == item).map(|(mark, _)| *mark);
            (mark.unwrap_or_else(|| self.next_mark()), item)
        };
        let mut page: Vec<_> = new.into_iter().map(marked).collect();
        if is_first {
            return page;
        }
        page.retain(|(mark, _)| known.iter().all(|(other, _)| other != mark));
        known.extend(page);
        known
    }

    fn next_mark(self) -> u32 {
        self.mark.update_value(|mark| *mark = mark.wrapping_add(1));
        self.mark.get_value()
    }

    /// What is here, reactively.
    pub fn with<R>(self, read: impl FnOnce(&mut dyn Iterator<Item = &T>) -> R) -> R {
        self.items
            .with(|items| read(&mut items.ready().into_iter().flatten().map(|(_, item)| item)))
    }

    /// Takes away what does not pass.
    pub fn retain(self, mut keep: impl FnMut(&T) -> bool) {
        self.items.update(|items| {
            if let Some(list) = items.ready_mut() {
                list.retain(|(_, item)| keep(item));
            }
        });
    }
}

/// The rows of a list, its skeleton, its failure, or what stands there when it is empty.
pub fn rows<T: Clone + PartialEq + Send + Sync + 'static>(
    list: Paged<T>,
    empty: (Key, Option<Key>),
    row: fn(T, Paged<T>) -> AnyView,
) -> AnyView {
    let state = Memo::new(move |_| list.items.with(Load::filled));
    let view = move || match state.get() {
        Load::Loading => {
            view! { <SkeletonRows label=t(Key::ModerationLoading) rows=4 /> }.into_any()
        }
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=move |()| list.reload() /> }.into_any()
        }
        Load::Ready(false) => match empty {
            (title, Some(text)) => {
                view! { <Empty picture=Picture::Telescope title=t(title) text=t(text) /> }
                    .into_any()
            }
            (title, None) => {
                view! { <Empty picture=Picture::Telescope title=t(title) /> }.into_any()
            }
        },
        Load::Ready(true) => {
            let items = move || list.items.with(|items| items.ready().cloned().unwrap_or_default());
            view! {
                <ul class="manage__list">
                    <For
                        each=items
                        key=|(mark, _)| *mark
                        children=move |(_, item)| row(item, list)
                    />
                </ul>
                <Show when=move || list.cursor.with(Option::is_some)>
                    <Button busy=list.busy on_click=move |_| list.more()>
                        {t(Key::ModerationMore)}
                    </Button>
                </Show>
            }
            .into_any()
        }
    };
    view.into_any()
}

//! Rows in an order: dragged, or moved by buttons.

use crate::i18n::{Key, tf};
use crate::ui::{Icon, IconButton, focus};
use leptos::ev::DragEvent;
use leptos::prelude::*;

/// What every row of a list shares.
#[derive(Clone, Copy)]
pub(super) struct Order<Id: Clone + Send + Sync + 'static> {
    ids: Signal<Vec<Id>>,
    dragged: RwSignal<Option<Id>>,
    put: Callback<Vec<Id>>,
}

impl<Id: Copy + PartialEq + ToString + Send + Sync + 'static> Order<Id> {
    /// `put` gets the ids in their new order, and shows them so at once.
    pub fn new(ids: Signal<Vec<Id>>, put: Callback<Vec<Id>>) -> Self {
        Self { ids, dragged: RwSignal::new(None), put }
    }

    /// A row with this in it.
    pub fn row(self, id: Id, class: &'static str, inside: AnyView) -> AnyView {
        view! {
            <li
                class=class
                data-row=id.to_string()
                draggable="true"
                on:dragstart=move |_| self.dragged.set(Some(id))
                on:dragend=move |_| self.dragged.set(None)
                on:dragover=move |event: DragEvent| event.prevent_default()
                on:drop=move |event: DragEvent| {
                    event.prevent_default();
                    if let Some(dragged) = self.dragged.get_untracked() {
                        self.dragged.set(None);
                        self.put(dragged, untrack(|| self.place(id)));
                    }
                }
            >
                {inside}
            </li>
        }
        .into_any()
    }

    /// Its buttons "up" and "down".
    pub fn steps(self, id: Id, name: Signal<String>) -> AnyView {
        let step = |by: isize, icon: Icon, key: Key| {
            let to = move || {
                let to = self.place(id).and_then(|at| at.checked_add_signed(by));
                to.filter(|to| self.ids.with(|ids| *to < ids.len()))
            };
            let go = move |_| {
                self.put(id, untrack(to));
                keep_focus(id.to_string(), if by < 0 { 0 } else { 1 });
            };
            view! {
                <IconButton
                    icon
                    label=move || tf(key, &[("name", &name.get())])
                    disabled=Signal::derive(move || to().is_none())
                    on_click=go
                />
            }
        };
        view! {
            <span class="packs__steps">
                {step(-1, Icon::ArrowUp, Key::StickersUp)}
                {step(1, Icon::ArrowDown, Key::StickersDown)}
            </span>
        }
        .into_any()
    }

    fn place(self, id: Id) -> Option<usize> {
        self.ids.with(|ids| ids.iter().position(|other| *other == id))
    }

    fn put(self, id: Id, to: Option<usize>) {
        let (Some(at), Some(to)) = (untrack(|| self.place(id)), to) else { return };
        if at != to {
            let mut ids = self.ids.get_untracked();
            ids.remove(at);
            ids.insert(to, id);
            self.put.run(ids);
        }
    }
}

/// A row that moved is another element for the browser: the keyboard goes with it. At an end of the
/// list the other button takes it.
fn keep_focus(id: String, button: usize) {
    request_animation_frame(move || {
        let Some(root) = document().document_element() else { return };
        let buttons = focus::all(&root, &format!("[data-row=\"{id}\"] .packs__steps button"));
        let is_on = |button: &&web_sys::HtmlElement| !button.has_attribute("disabled");
        let wanted = buttons.get(button).filter(is_on);
        if let Some(button) = wanted.or_else(|| buttons.iter().find(is_on)) {
            focus::give(button);
        }
    });
}

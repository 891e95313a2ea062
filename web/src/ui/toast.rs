//! Short notes at the edge of the screen: quiet confirmations, failures of what has no own place.

use super::{Button, Glyph, Icon, IconButton};
use crate::effect::Effect;
use crate::i18n::{Key, t, tr};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Done,
    Failed,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
    /// What can be done about it, and how it is called.
    action: Option<Action>,
}

/// Outlives the view that it came from.
type Action = (String, Arc<dyn Fn() + Send + Sync>);

const STAYS: Duration = Duration::from_secs(5);
/// A failure has to be read, and what is offered to be thought of.
const FAILURE_STAYS: Duration = Duration::from_secs(10);

/// Shows notes; a context given at the root.
#[derive(Clone, Copy, Default)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Says that something is done: copied, saved, sent.
    pub fn done(&self, text: impl Into<String>) {
        self.show(Tone::Done, text.into(), None, STAYS);
    }

    /// As [`Toasts::done`], with a button that leads to it.
    pub fn done_with(&self, text: impl Into<String>, label: &str, action: Callback<()>) {
        let action: Action = (label.to_owned(), Arc::new(move || action.run(())));
        self.show(Tone::Done, text.into(), Some(action), FAILURE_STAYS);
    }

    /// Says that something failed, and why.
    pub fn failed(&self, text: impl Into<String>) {
        self.show(Tone::Failed, text.into(), None, FAILURE_STAYS);
    }

    /// Says that something is done, with a button that takes it back. Beside an open dialog nobody could
    /// press it: then it only says so.
    pub fn undoable(&self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        let is_reachable = !matches!(document().query_selector("dialog[open]"), Ok(Some(_)));
        let undo: Action = (tr(Key::AppUndo).to_owned(), Arc::new(undo));
        self.show(Tone::Done, text.into(), is_reachable.then_some(undo), FAILURE_STAYS);
    }

    /// Says that something failed, with a button for what can be done about it.
    pub fn offer(&self, text: impl Into<String>, label: &str, action: Callback<()>) {
        let action: Action = (label.to_owned(), Arc::new(move || action.run(())));
        let action = Some(action);
        self.show(Tone::Failed, text.into(), action, FAILURE_STAYS);
    }

    fn show(&self, tone: Tone, text: String, action: Option<Action>, stays: Duration) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let list = self.list;
        list.update(|list| {
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, tone, text, action });
        });
        set_timeout(move || list.update(|list| list.retain(|toast| toast.id != id)), stays);
    }
}

/// Where the notes appear; stands once, at the root.
#[component]
pub fn ToastRegion(toasts: Toasts) -> impl IntoView {
    let list = toasts.list;
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let count = list.with(Vec::len);
        if let Some(region) = node.get() {
            // Shown anew to stand above a dialog that opened meanwhile.
            drop(region.hide_popover());
            if count > 0 {
                drop(region.show_popover());
            }
        }
    });
    view! {
        <div class="toasts" popover="manual" role="status" aria-live="polite" node_ref=node>
            <For each=move || list.get() key=|toast| toast.id let(toast)>
                <div class="toast" class:toast--failed=toast.tone == Tone::Failed>
                    <Glyph icon=match toast.tone {
                        Tone::Done => Icon::CircleCheck,
                        Tone::Failed => Icon::CircleAlert,
                    } />
                    <p class="toast__text">{toast.text.clone()}</p>
                    {toast
                        .action
                        .map(|(label, action)| {
                            view! {
                                <Button on_click=move |_| {
                                    list.update(|list| list.retain(|t| t.id != toast.id));
                                    action();
                                }>{label}</Button>
                            }
                        })}
                    <IconButton
                        icon=Icon::Close
                        label=t(Key::AppClose)
                        look=super::button::IconLook::Small
                        on_click=move |_| list.update(|list| list.retain(|t| t.id != toast.id))
                    />
                </div>
            </For>
        </div>
    }
}

//! Dialogs. The browser's own `<dialog>` holds the keyboard inside and keeps the rest still.

use super::{Button, Icon, IconButton, Look, TextField, focus, unique_id};
use crate::effect::Effect;
use crate::i18n::{Key, t, tf};
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

/// What takes the keyboard below the header of a dialog.
const INSIDE: &str = ".dialog__header ~ * :is(input:not([hidden]), select, textarea, button, a[href]):not(:disabled)";

/// A dialog while `open` is true. Esc, the cross and a click beside it close it.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    /// For two columns.
    #[prop(optional)]
    wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let title = StoredValue::new(title);
    view! {
        <Show when=move || open.get()>
            <Frame open wide title=move || title.read_value().get()>
                {children.read_value()()}
            </Frame>
        </Show>
    }
}

#[component]
fn Frame(
    open: RwSignal<bool>,
    wide: bool,
    #[prop(into)] title: TextProp,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique_id("dialog");
    let labelled_by = heading.clone();
    focus::return_on_cleanup();
    node.on_load(move |dialog| {
        // Fails only when it is open already.
        drop(dialog.show_modal());
        // The browser gives the keyboard to what is first, the cross. The first field or button is meant.
        let is_cross = focus::active()
            .is_some_and(|active| matches!(active.closest(".dialog__header"), Ok(Some(_))));
        if let Some(first) = focus::all(&dialog, INSIDE).first().filter(|_| is_cross) {
            focus::give(first);
        }
    });
    let is_beside = move |event: &ev::MouseEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        node.get_untracked()
            .zip(target)
            .is_some_and(|(dialog, target)| dialog.is_same_node(Some(&target)))
    };
    view! {
        <dialog
            class="dialog"
            class:dialog--wide=wide
            aria-labelledby=labelled_by
            node_ref=node
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                open.set(false);
            }
            on:close=move |_| open.set(false)
            on:mousedown=move |event| {
                if is_beside(&event) {
                    event.prevent_default();
                    open.set(false);
                }
            }
        >
            <div class="dialog__frame">
                <header class="dialog__header">
                    <h2 id=heading>{move || title.get()}</h2>
                    <IconButton
                        icon=Icon::Close
                        label=t(Key::AppClose)
                        on_click=move |_| open.set(false)
                    />
                </header>
                {children()}
            </div>
        </dialog>
    }
}

/// Asks before something is done. With `phrase` the person must type it: there is no way back.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    /// What the button says: a verb.
    #[prop(into)]
    action: TextProp,
    #[prop(optional, into)] phrase: Signal<Option<String>>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] error: Signal<Option<String>>,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    let (text, action) = (StoredValue::new(text), StoredValue::new(action));
    let typed = RwSignal::new(String::new());
    let is_typed =
        move || phrase.with(|p| p.as_ref().is_none_or(|p| typed.get().trim() == p.trim()));
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
        }
    });
    view! {
        <Dialog open title>
            <form
                class="dialog__body"
                on:submit=move |event| {
                    event.prevent_default();
                    if is_typed() && !busy.get_untracked() {
                        on_confirm.run(());
                    }
                }
            >
                <p>{move || text.read_value().get()}</p>
                {move || {
                    phrase
                        .get()
                        .map(|phrase| {
                            view! {
                                <TextField
                                    label=move || {
                                        tf(Key::AppTypeToConfirm, &[("phrase", &phrase)])
                                    }
                                    value=typed
                                    autocomplete="off"
                                />
                            }
                        })
                }}
                {move || error.get().map(|e| view! { <p class="form-error" role="alert">{e}</p> })}
                <footer class="dialog__footer">
                    <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                    <Button
                        look=Look::Danger
                        submit=true
                        busy
                        disabled=Signal::derive(move || !is_typed())
                    >
                        {move || action.read_value().get()}
                    </Button>
                </footer>
            </form>
        </Dialog>
    }
}

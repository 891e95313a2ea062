//! Fields of forms: a label, the input, and under it the error or a hint.

use super::{Icon, IconButton, unique_id};
use crate::i18n::{Key, tr};
use leptos::html;
use leptos::prelude::*;

/// Label, error and hint around an input, tied together for readers.
#[component]
fn Frame(
    id: String,
    #[prop(into)] label: TextProp,
    error: Signal<Option<String>>,
    hint: Option<TextProp>,
    children: Children,
) -> impl IntoView {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    view! {
        <div class="field" class:field--wrong=move || error.with(Option::is_some)>
            <label class="field__label" for=id>
                {move || label.get()}
            </label>
            {children()}
            <p class="field__error" id=error_id aria-live="polite">
                {move || error.get()}
            </p>
            {hint
                .map(|hint| {
                    view! {
                        <p class="field__hint" id=hint_id>
                            {move || hint.get()}
                        </p>
                    }
                })}
        </div>
    }
}

fn described_by(id: &str) -> String {
    format!("{id}-error {id}-hint")
}

/// One line of text.
#[component]
pub fn TextField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    /// The input's `type`: `text`, `email`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] name: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] placeholder: TextProp,
    /// Has the keyboard when the form appears.
    #[prop(optional)]
    first: bool,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
    #[prop(optional, into)] on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let id = unique_id("field");
    let node = focus_first::<html::Input>(first);
    view! {
        <Frame id=id.clone() label error hint>
            <input
                class="field__input"
                id=id.clone()
                type=kind
                name=name
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                placeholder=move || placeholder.get()
                node_ref=node
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described_by(&id)
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    if let Some(on_input) = on_input {
                        on_input.run(());
                    }
                }
                on:blur=move |_| {
                    if let Some(on_leave) = on_leave {
                        let _was_there = on_leave.try_run(());
                    }
                }
            />
        </Frame>
    }
}

/// A password, with an eye that shows it.
#[component]
pub fn PasswordField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(default = "password")] name: &'static str,
    #[prop(default = "current-password")] autocomplete: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
    #[prop(optional, into)] on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let id = unique_id("field");
    let shown = RwSignal::new(false);
    let icon = Signal::derive(move || if shown.get() { Icon::EyeOff } else { Icon::Eye });
    let toggle = move || tr(if shown.get() { Key::AppHidePassword } else { Key::AppShowPassword });
    view! {
        <Frame id=id.clone() label error hint>
            <div class="field__with-button">
                <input
                    class="field__input"
                    id=id.clone()
                    type=move || if shown.get() { "text" } else { "password" }
                    name=name
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described_by(&id)
                    prop:value=move || value.get()
                    on:input=move |event| {
                        value.set(event_target_value(&event));
                        if let Some(on_input) = on_input {
                            on_input.run(());
                        }
                    }
                    on:blur=move |_| {
                        if let Some(on_leave) = on_leave {
                            let _was_there = on_leave.try_run(());
                        }
                    }
                />
                <IconButton icon label=toggle on_click=move |_| shown.update(|s| *s = !*s) />
            </div>
        </Frame>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(default = 3)] rows: u32,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
    #[prop(optional, into)] on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let id = unique_id("field");
    view! {
        <Frame id=id.clone() label error hint>
            <textarea
                class="field__input field__input--area"
                id=id.clone()
                rows=rows
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described_by(&id)
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    if let Some(on_input) = on_input {
                        on_input.run(());
                    }
                }
                on:blur=move |_| {
                    if let Some(on_leave) = on_leave {
                        let _was_there = on_leave.try_run(());
                    }
                }
            ></textarea>
        </Frame>
    }
}

/// One of a few values, as `(value, text)`.
#[component]
pub fn SelectField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] hint: Option<TextProp>,
) -> impl IntoView {
    let id = unique_id("field");
    view! {
        <Frame id=id.clone() label error=Signal::stored(None) hint>
            <select
                class="field__input"
                id=id.clone()
                aria-describedby=described_by(&id)
                prop:value=move || value.get()
                on:change=move |event| value.set(event_target_value(&event))
            >
                {move || {
                    let chosen = value.get_untracked();
                    options
                        .get()
                        .into_iter()
                        .map(|(key, text)| {
                            let selected = key == chosen;
                            view! {
                                <option value=key selected=selected>
                                    {text}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        </Frame>
    }
}

/// A node that takes the keyboard once it is there, when `first`.
fn focus_first<E>(first: bool) -> NodeRef<E>
where
    E: html::ElementType + 'static,
    E::Output: wasm_bindgen::JsCast + AsRef<web_sys::Element> + Clone + 'static,
{
    let node = NodeRef::<E>::new();
    if first {
        node.on_load(|element| {
            let element: &web_sys::Element = element.as_ref();
            if let Some(element) = wasm_bindgen::JsCast::dyn_ref::<web_sys::HtmlElement>(element) {
                let element = element.clone();
                // After an enclosing dialog has opened and chosen its own.
                request_animation_frame(move || super::focus::give(&element));
            }
        });
    }
    node
}

//! Buttons.

use super::{Glyph, Icon, Spinner};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button wants to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    #[default]
    Plain,
    /// Without a border, for rows and bars.
    Quiet,
    /// Takes something away.
    Danger,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Plain => "button",
            Self::Quiet => "button button--quiet",
            Self::Danger => "button button--danger",
        }
    }
}

/// A button with a text. While `busy` it shows a spinner, keeps its width and does nothing.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    #[prop(optional)] icon: Option<Icon>,
    /// Sends the form around it.
    #[prop(optional)]
    submit: bool,
    /// As wide as what is around it.
    #[prop(optional)]
    wide: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_click: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=look.class()
            class:button--wide=wide
            type=if submit { "submit" } else { "button" }
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                } else if let Some(on_click) = on_click {
                    on_click.run(event);
                }
            }
        >
            {icon.map(|icon| view! { <Glyph icon size=18 /> })}
            <span class="button__text">{children()}</span>
            <Show when=move || busy.get()>
                <Spinner />
            </Show>
        </button>
    }
}

/// A square button with only an icon; `label` is its name for readers and its tip.
#[component]
pub fn IconButton(
    #[prop(into)] icon: Signal<Icon>,
    #[prop(into)] label: TextProp,
    #[prop(optional)] look: IconLook,
    /// For a button that switches something on and off.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_click: Callback<MouseEvent>,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <button
            class="icon-button"
            class:icon-button--small=look == IconLook::Small
            type="button"
            aria-label=move || name.get()
            data-tip=move || label.get()
            aria-pressed=move || pressed.map(|p| if p.get() { "true" } else { "false" })
            disabled=move || disabled.get()
            on:click=move |event| on_click.run(event)
        >
            <Glyph icon size=if look == IconLook::Small { 18 } else { 20 } />
        </button>
    }
}

/// The size of an [`IconButton`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconLook {
    #[default]
    Usual,
    Small,
}

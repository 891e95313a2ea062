//! Menus: by click, by arrows, by the first letter.

use super::popover::{Anchor, Popover, Side};
use super::{Glyph, Icon, focus};
use leptos::context::Provider;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

const ITEMS: &str = "[role^=menuitem]:not([aria-disabled=true])";

/// Closes the menu around an item.
#[derive(Clone, Copy)]
struct MenuOpen(RwSignal<Option<Anchor>>);

/// A menu that is open while `at` holds an anchor. Children are [`MenuItem`] and [`MenuLine`].
#[component]
pub fn Menu(
    at: RwSignal<Option<Anchor>>,
    #[prop(into)] label: TextProp,
    #[prop(optional)] side: Side,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let on_key = move |event: KeyboardEvent| {
        let Some(root) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else {
            return;
        };
        let key = event.key();
        if key == "Tab" {
            at.set(None);
        } else if focus::rove(&root, ITEMS, &key) || jump(&root, &key) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    view! {
        <Popover at side role="menu" label>
            // Not in the surrounding view: another menu there is closed by its own items.
            <Provider value=MenuOpen(at)>
                <div class="menu" role="none" on:keydown=on_key>
                    {children.read_value()()}
                </div>
            </Provider>
        </Popover>
    }
}

/// Goes to the next item that begins with the typed letter.
fn jump(root: &Element, key: &str) -> bool {
    let mut letters = key.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
    let wanted = letter.to_lowercase().to_string();
    let items = focus::all(root, ITEMS);
    let current = focus::active().and_then(|a| items.iter().position(|i| *i == a)).unwrap_or(0);
    let begins = |item: &&web_sys::HtmlElement| {
        item.text_content().unwrap_or_default().trim().to_lowercase().starts_with(&wanted)
    };
    let (before, after) = items.split_at((current + 1).min(items.len()));
    match after.iter().chain(before).find(begins) {
        Some(item) => {
            focus::give(item);
            true
        }
        None => false,
    }
}

/// One line of a menu.
#[component]
pub fn MenuItem(
    #[prop(into)] label: TextProp,
    #[prop(optional)] icon: Option<Icon>,
    /// Takes something away.
    #[prop(optional)]
    danger: bool,
    /// One of several; shows a tick when chosen.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    /// Why it cannot be chosen now; shown under the text.
    #[prop(optional, into)]
    refused: Signal<Option<String>>,
    #[prop(into)] on_choose: Callback<()>,
) -> impl IntoView {
    let menu = use_context::<MenuOpen>();
    view! {
        <button
            class="menu__item"
            class:menu__item--danger=danger
            type="button"
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            tabindex="-1"
            aria-checked=move || checked.map(|c| if c.get() { "true" } else { "false" })
            aria-disabled=move || refused.with(Option::is_some).then_some("true")
            on:click=move |_| {
                if refused.with_untracked(Option::is_none) {
                    if let Some(MenuOpen(at)) = menu {
                        at.set(None);
                    }
                    on_choose.run(());
                }
            }
        >
            {icon.map(|icon| view! { <Glyph icon size=18 /> })}
            <span class="menu__text">
                {move || label.get()}
                {move || refused.get().map(|why| view! { <span class="menu__why">{why}</span> })}
            </span>
            {checked
                .map(|checked| {
                    view! {
                        <Show when=move || checked.get()>
                            <Glyph icon=Icon::Check size=18 />
                        </Show>
                    }
                })}
        </button>
    }
}

/// A line between groups of items.
#[component]
pub fn MenuLine() -> impl IntoView {
    view! { <div class="menu__line" role="separator"></div> }
}

//! The choice of an emoji: by eye, by word, by arrow keys.

use super::emoji::{self, GROUPS};
use crate::i18n::{Key, by_name, t};
use crate::ui::focus;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// See the module.
#[component]
pub fn EmojiPicker(#[prop(into)] on_choose: Callback<String>) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let list = NodeRef::<html::Div>::new();
    let choose = Callback::new(move |emoji: String| {
        emoji::used(&emoji);
        on_choose.run(emoji);
    });
    let enter = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            let found = emoji::find(&query.get_untracked());
            if let Some(first) = found.first().filter(|_| !query.get_untracked().is_empty()) {
                choose.run((*first).to_owned());
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            let first = list.get_untracked().and_then(|list| {
                list.query_selector("button").ok().flatten()?.dyn_into::<HtmlElement>().ok()
            });
            if let Some(first) = first {
                focus::give(&first);
            }
        }
        _ => {}
    };
    view! {
        <div class="emoji">
            <input
                class="field__input emoji__search"
                type="search"
                autofocus
                placeholder=t(Key::ChatFindEmoji)
                aria-label=t(Key::ChatFindEmoji)
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=enter
            />
            <div
                class="emoji__list"
                role="group"
                tabindex="0"
                aria-label=t(Key::ChatEmoji)
                node_ref=list
                on:keydown=rove
            >
                {move || {
                    let words = query.get();
                    if words.trim().is_empty() {
                        groups(choose).into_any()
                    } else {
                        results(&words, choose).into_any()
                    }
                }}
            </div>
        </div>
    }
}

fn groups(choose: Callback<String>) -> impl IntoView {
    let recent = emoji::recent();
    let all = GROUPS.iter().map(move |group| {
        let list = group.emoji.iter().map(|emoji| emoji.text.to_owned()).collect();
        view! {
            <h3 class="emoji__heading">{move || by_name(&format!("chat.emoji_{}", group.name))}</h3>
            {grid(list, choose)}
        }
    });
    view! {
        <h3 class="emoji__heading">{t(Key::ChatEmojiRecent)}</h3>
        {grid(recent, choose)}
        {all.collect::<Vec<_>>()}
    }
}

fn results(words: &str, choose: Callback<String>) -> impl IntoView + use<> {
    let found: Vec<String> = emoji::find(words).into_iter().map(str::to_owned).collect();
    if found.is_empty() {
        return view! { <p class="emoji__none">{t(Key::ChatNothingFound)}</p> }.into_any();
    }
    grid(found, choose).into_any()
}

fn grid(list: Vec<String>, choose: Callback<String>) -> impl IntoView {
    let buttons = list.into_iter().map(|emoji| {
        let chosen = emoji.clone();
        view! {
            <button
                class="emoji__one"
                type="button"
                tabindex="-1"
                on:click=move |_| choose.run(chosen.clone())
            >
                {emoji}
            </button>
        }
    });
    view! { <div class="emoji__grid">{buttons.collect::<Vec<_>>()}</div> }
}

/// Arrows move in the grid; the columns are found by where the buttons stand.
fn rove(event: KeyboardEvent) {
    let Some(list) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return;
    };
    let buttons = focus::all(&list, "button");
    let active = focus::active();
    let Some(at) = active.and_then(|a| buttons.iter().position(|button| *button == a)) else {
        return;
    };
    let next = match event.key().as_str() {
        "ArrowRight" => at.checked_add(1),
        "ArrowLeft" => at.checked_sub(1),
        "ArrowDown" => nearest(&buttons, at, true),
        "ArrowUp" => nearest(&buttons, at, false),
        _ => return,
    };
    event.prevent_default();
    match next.and_then(|at| buttons.get(at)) {
        Some(button) => {
            focus::give(button);
            // Only the list itself scrolls.
            button.scroll_into_view_with_scroll_into_view_options(&nearest_edge());
        }
        None if event.key() == "ArrowUp" => {
            let search = list.previous_element_sibling().and_then(|s| s.dyn_into().ok());
            if let Some(search) = search {
                focus::give(&search);
            }
        }
        None => {}
    }
}

fn nearest_edge() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

/// The button in the next or previous line that is nearest to this one's column.
fn nearest(buttons: &[HtmlElement], at: usize, down: bool) -> Option<usize> {
    let (top, left) = (buttons[at].offset_top(), buttons[at].offset_left());
    let line = |button: &HtmlElement| button.offset_top();
    let beyond = |button: &HtmlElement| if down { line(button) > top } else { line(button) < top };
    let lines = buttons.iter().filter(|button| beyond(button)).map(line);
    let target = if down { lines.min() } else { lines.max() }?;
    buttons
        .iter()
        .enumerate()
        .filter(|(_, button)| line(button) == target)
        .min_by_key(|(_, button)| (button.offset_left() - left).abs())
        .map(|(at, _)| at)
}

//! The choice of an emoji or a sticker: by eye, by word, by arrow keys.

use super::emoji::{self, Emoji, Fetch, Table};
use super::own_emoji::{self, Own};
use super::sticker_tab::{StickerPicks, sticker_tab};
use crate::effect::Effect;
use crate::i18n::{Key, t, tr};
use crate::ui::popover::Side;
use crate::ui::{Anchor, Failure, Popover, SkeletonRows, focus};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use shared::expression::custom_name;
use shared::ids::SpaceId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Emoji, also of the space's own; stickers too, where one means something.
fn picker(
    on_choose: Callback<String>,
    space: Option<SpaceId>,
    stickers: Option<StickerPicks>,
) -> AnyView {
    let Some(picks) = stickers else {
        return view! { <div class="picker">{emoji_tab(on_choose, space)}</div> }.into_any();
    };
    let is_stickers = picks.is_shown;
    let tab = move |this: bool, label: Key| {
        view! {
            <button
                class="picker__tab"
                type="button"
                role="tab"
                aria-selected=move || if is_stickers.get() == this { "true" } else { "false" }
                on:click=move |_| is_stickers.set(this)
            >
                {t(label)}
            </button>
        }
    };
    view! {
        <div class="picker">
            <div class="picker__tabs" role="tablist" aria-label=t(Key::ChatPickerTabs)>
                {tab(false, Key::ChatEmoji)}
                {tab(true, Key::StickersTitle)}
            </div>
            {move || match is_stickers.get() {
                true => sticker_tab(picks),
                false => emoji_tab(on_choose, space),
            }}
        </div>
    }
    .into_any()
}

fn emoji_tab(on_choose: Callback<String>, space: Option<SpaceId>) -> AnyView {
    let own = Own::of(space);
    let query = RwSignal::new(String::new());
    let tone = RwSignal::new(emoji::tone());
    let list = NodeRef::<html::Div>::new();
    let choose = move |emoji: String| {
        emoji::used(&emoji, space);
        on_choose.run(emoji);
    };
    let choose_first = move || {
        if let Some(first) = first(list).and_then(|b| b.get_attribute("data-emoji")) {
            choose(first);
        }
    };
    // Who types faster than the emoji come gets what he asked for all the same.
    let hurried = RwSignal::new(false);
    Effect::new(move |_| {
        if hurried.get() && matches!(emoji::table(), Fetch::Here(_)) {
            hurried.set(false);
            request_animation_frame(choose_first);
        }
    });
    let enter = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            if !query.get_untracked().trim().is_empty() {
                hurried.set(true);
            }
        }
        // A search field would only empty itself.
        "Escape" => {
            event.prevent_default();
            let floats = list.get_untracked().and_then(|l| l.closest("[popover]").ok().flatten());
            if let Some(floats) = floats.and_then(|f| f.dyn_into::<HtmlElement>().ok()) {
                drop(floats.hide_popover());
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            if let Some(first) = first(list) {
                focus::give(&first);
            }
        }
        _ => {}
    };
    let click = move |event: MouseEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let button = target.and_then(|t| t.closest("[data-emoji]").ok().flatten());
        if let Some(emoji) = button.and_then(|b| b.get_attribute("data-emoji")) {
            choose(emoji);
        }
    };
    view! {
        <div class="emoji" aria-label=t(Key::ChatEmoji)>
            <div class="emoji__bar">
                <input
                    class="field__input emoji__search"
                    type="search"
                    autofocus
                    placeholder=t(Key::ChatFindEmoji)
                    aria-label=t(Key::ChatFindEmoji)
                    on:input=move |event| {
                        hurried.set(false);
                        query.set(event_target_value(&event));
                    }
                    on:keydown=enter
                />
                {tones(tone)}
            </div>
            {categories(list, query, own)}
            <div
                class="emoji__list"
                role="group"
                tabindex="0"
                aria-label=t(Key::ChatEmoji)
                node_ref=list
                on:keydown=rove
                on:click=click
            >
                {move || match emoji::table() {
                    Fetch::Waiting => {
                        view! { <SkeletonRows label=t(Key::ChatEmojiLoading) rows=6 /> }.into_any()
                    }
                    Fetch::Failed => {
                        let sentence = Signal::derive(|| tr(Key::ChatEmojiFailed).to_owned());
                        view! { <Failure sentence on_retry=|()| emoji::retry() /> }.into_any()
                    }
                    Fetch::Here(table) => {
                        query.with(|words| found(table, words, tone.get(), own))
                    }
                }}
            </div>
        </div>
    }
    .into_any()
}

fn first(list: NodeRef<html::Div>) -> Option<HtmlElement> {
    list.get_untracked()?.query_selector("button").ok().flatten()?.dyn_into().ok()
}

/// The hand in each tone; the chosen one is kept on this device.
fn tones(tone: RwSignal<u32>) -> AnyView {
    let hand = |tone: u32| match char::from_u32(0x1F3FA + tone).filter(|_| tone > 0) {
        Some(modifier) => format!("✋{modifier}"),
        None => "✋".to_owned(),
    };
    let next = move |_| {
        tone.update(|tone| *tone = (*tone + 1) % 6);
        emoji::set_tone(tone.get_untracked());
    };
    view! {
        <button
            class="emoji__tone"
            type="button"
            aria-label=t(Key::ChatSkinTone)
            data-tip=t(Key::ChatSkinTone)
            on:click=next
        >
            {move || hand(tone.get())}
        </button>
    }
    .into_any()
}

/// One emoji a group; a click scrolls to it.
fn categories(list: NodeRef<html::Div>, query: RwSignal<String>, own: Own) -> AnyView {
    let go = move |name: &'static str| {
        query.set(String::new());
        request_animation_frame(move || {
            let group = list.get_untracked().and_then(|list| {
                list.query_selector(&format!("[data-group={name}]")).ok().flatten()
            });
            if let Some(group) = group {
                group.scroll_into_view();
            }
        });
    };
    let buttons = move || {
        let Fetch::Here(table) = emoji::table() else { return Vec::new() };
        let one = |name: &'static str, sign: AnyView| {
            let label = move || own.heading(name);
            view! {
                <button
                    class="emoji__category"
                    type="button"
                    aria-label=label
                    data-tip=label
                    on:click=move |_| go(name)
                >
                    {sign}
                </button>
            }
            .into_any()
        };
        let groups = table.0.iter();
        let first = own.emoji.with(|list| list.first().cloned());
        let space = first.map(|emoji| one(Own::GROUP, own_emoji::picture(&emoji)));
        std::iter::once(one("recent", "🕒".into_any()))
            .chain(space)
            .chain(groups.map(|group| {
                one(group.name, group.emoji.first().map_or("", |e| e.text).into_any())
            }))
            .collect()
    };
    view! { <div class="emoji__categories" role="toolbar" aria-label=t(Key::ChatEmojiGroups)>{buttons}</div> }
        .into_any()
}

/// All groups, or what a query finds.
fn found(table: &'static Table, words: &str, tone: u32, own: Own) -> AnyView {
    let wanted = words.trim().trim_matches(':').to_lowercase();
    let custom = own.named(&wanted);
    let has_custom = !custom.is_empty();
    let custom = has_custom
        .then(|| section(Own::GROUP, move || own.heading(Own::GROUP), own_emoji::grid(&custom)));
    let section = |name, grid| section(name, move || own.heading(name), grid);
    if wanted.is_empty() {
        let groups = table.0.iter().map(|group| section(group.name, grid(&group.emoji, tone)));
        return view! {
            {section("recent", recent(own))}
            {custom}
            {groups.collect::<Vec<_>>()}
        }
        .into_any();
    }
    let list = table.find(&wanted);
    if list.is_empty() && !has_custom {
        return view! { <p class="emoji__none">{t(Key::ChatNothingFound)}</p> }.into_any();
    }
    view! { {custom} {grid(&list, tone)} }.into_any()
}

fn section(
    name: &'static str,
    heading: impl Fn() -> String + Send + 'static,
    grid: AnyView,
) -> AnyView {
    view! {
        <section class="emoji__group" data-group=name>
            <h3 class="emoji__heading">{heading}</h3>
            {grid}
        </section>
    }
    .into_any()
}

/// What is used often here: signs, and those of the space's own that are still there.
fn recent(own: Own) -> AnyView {
    let known = own.emoji.get();
    let button = |text: String| match custom_name(&text) {
        Some(name) => known.iter().find(|emoji| emoji.name == name).map(own_emoji::button),
        None => Some(
            view! {
                <button class="emoji__one" type="button" tabindex="-1" data-emoji=text.clone()>
                    {text.clone()}
                </button>
            }
            .into_any(),
        ),
    };
    let buttons = emoji::often(own.space).into_iter().filter_map(button).collect::<Vec<_>>();
    view! { <div class="emoji__grid">{buttons}</div> }.into_any()
}

/// Two thousand buttons: as one text, with one handler above them. Only what the table can hold gets in.
fn grid(list: &[Emoji], tone: u32) -> AnyView {
    let mut html = String::new();
    for emoji in list {
        let (text, code) = (emoji.toned(tone), emoji.code());
        html.push_str(&format!(
            "<button class=\"emoji__one\" type=\"button\" tabindex=\"-1\" \
             data-emoji=\"{text}\" data-tip=\":{code}:\">{text}</button>"
        ));
    }
    view! { <div class="emoji__grid" inner_html=html></div> }.into_any()
}

/// Arrows move in the grid; the columns are found by where the buttons stand.
pub fn rove(event: KeyboardEvent) {
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
            let panel = list.parent_element();
            let search = panel.and_then(|p| p.query_selector("input").ok().flatten());
            if let Some(search) = search.and_then(|s| s.dyn_into::<HtmlElement>().ok()) {
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
    let place = |button: &HtmlElement| {
        let rect = button.get_bounding_client_rect();
        (rect.top() as i32, rect.left() as i32)
    };
    let (top, left) = place(&buttons[at]);
    // Lines are near: what is far need not be measured.
    let range = if down { at..buttons.len().min(at + 40) } else { at.saturating_sub(40)..at };
    let places: Vec<(usize, i32, i32)> = range
        .map(|other| {
            let (top, left) = place(&buttons[other]);
            (other, top, left)
        })
        .collect();
    let lines = places.iter().map(|(_, line, _)| *line);
    let target = if down {
        lines.filter(|line| *line > top).min()
    } else {
        lines.filter(|line| *line < top).max()
    }?;
    places
        .iter()
        .filter(|(_, line, _)| *line == target)
        .min_by_key(|(_, _, column)| (column - left).abs())
        .map(|(other, _, _)| *other)
}

crate::lazy! {
    emoji => pub fn emoji_popover(
        at: RwSignal<Option<Anchor>>,
        side: Side,
        label: Key,
        on_choose: Callback<String>,
        space: Option<SpaceId>,
        stickers: Signal<Option<StickerPicks>>,
    ) -> AnyView {
        view! {
            <Popover at side label=t(label)>
                {move || picker(on_choose, space, stickers.get())}
            </Popover>
        }
        .into_any()
    }
}

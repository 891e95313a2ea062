//! A field and what fits the words in it, to choose from by arrows or pointer.

use super::Entry;
use crate::effect::Effect;
use crate::i18n::{Key, t};
use crate::ui::{Glyph, unique_id};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// See the module. It comes with the keyboard in the field.
#[component]
pub fn Choices(
    words: RwSignal<String>,
    entries: Memo<Vec<Entry>>,
    /// Which of them; the first one again after other words.
    chosen: RwSignal<usize>,
    label: Key,
    /// Classes of the field and of the list.
    classes: (&'static str, &'static str),
    /// What a press on one does, and Enter; without it, a press only chooses.
    #[prop(optional, into)]
    on_run: Option<Callback<usize>>,
) -> impl IntoView {
    let list = unique_id("choices");
    let line = {
        let list = list.clone();
        move |at: usize| format!("{list}-{at}")
    };
    Effect::new(move |_| {
        words.track();
        chosen.set(0);
    });
    let key = move |event: KeyboardEvent| {
        let count = entries.with_untracked(Vec::len);
        match (event.key().as_str(), on_run) {
            ("ArrowDown", _) if count > 0 => chosen.update(|at| *at = (*at + 1) % count),
            ("ArrowUp", _) if count > 0 => chosen.update(|at| *at = (*at + count - 1) % count),
            ("Enter", Some(run)) => run.run(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let active = {
        let line = line.clone();
        move || entries.with(|entries| !entries.is_empty()).then(|| line(chosen.get()))
    };
    let row = move |(at, entry): (usize, Entry)| {
        let Entry { name, place, icon, .. } = entry;
        view! {
            <li
                class="palette__one"
                id=line(at)
                role="option"
                aria-selected=move || if chosen.get() == at { "true" } else { "false" }
                on:mousemove=move |_| {
                    if on_run.is_some() {
                        chosen.set(at);
                    }
                }
                on:click=move |_| match on_run {
                    Some(run) => run.run(at),
                    None => chosen.set(at),
                }
            >
                <Glyph icon size=18 />
                <span class="palette__name">{name}</span>
                <span class="palette__place">{place}</span>
            </li>
        }
    };
    view! {
        <input
            class=classes.0
            type="text"
            role="combobox"
            autofocus
            autocomplete="off"
            spellcheck="false"
            placeholder=t(label)
            aria-label=t(label)
            aria-expanded="true"
            aria-controls=list.clone()
            aria-autocomplete="list"
            aria-activedescendant=active
            prop:value=words.get_untracked()
            on:input=move |event| words.set(event_target_value(&event))
            on:keydown=key
        />
        <ul class=classes.1 id=list role="listbox" aria-label=t(label)>
            {move || entries.get().into_iter().enumerate().map(&row).collect_view()}
        </ul>
    }
}

//! Ticks and choices of one among a few.

use super::unique_id;
use leptos::prelude::*;

/// A tick with a text, and a smaller one under it.
#[component]
pub fn Tick(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> impl IntoView {
    let hint_id = unique_id("hint");
    view! {
        <label class="tick">
            <input
                class="tick__box"
                type="checkbox"
                prop:checked=move || checked.get()
                disabled=move || disabled.get()
                aria-describedby=hint_id.clone()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <span>
                <span class="tick__label">{move || label.get()}</span>
                {hint
                    .map(|hint| {
                        view! {
                            <span class="tick__hint" id=hint_id>
                                {move || hint.get()}
                            </span>
                        }
                    })}
            </span>
        </label>
    }
}

/// What a [`Choice`] belongs to.
#[derive(Clone)]
struct Group {
    name: String,
}

/// One among a few, as cards in a row. Children are [`Choice`]s.
#[component]
pub fn Choices(
    #[prop(into)] label: TextProp,
    /// Only for readers: what stands above says it.
    #[prop(optional)]
    quiet: bool,
    children: Children,
) -> impl IntoView {
    provide_context(Group { name: unique_id("choice") });
    view! {
        <fieldset class="choices">
            <legend class="choices__label" class:visually-hidden=quiet>
                {move || label.get()}
            </legend>
            <div class="choices__row">{children()}</div>
        </fieldset>
    }
}

/// One card of [`Choices`].
#[component]
pub fn Choice(
    #[prop(into)] label: TextProp,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_choose: Callback<()>,
    /// A sample above the text.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let name = use_context::<Group>().map(|group| group.name);
    view! {
        <label class="choice">
            <input
                class="choice__input"
                type="radio"
                name=name
                prop:checked=move || checked.get()
                on:change=move |_| on_choose.run(())
            />
            {children.map(|children| children())}
            <span class="choice__label">{move || label.get()}</span>
        </label>
    }
}

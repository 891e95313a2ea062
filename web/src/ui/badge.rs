//! Counts on rows and icons.

use crate::i18n::number;
use leptos::prelude::*;

/// A count; nothing at zero, `99+` above 99.
#[component]
pub fn Badge(
    #[prop(into)] count: Signal<i64>,
    /// Somebody is waiting for an answer: in the accent colour.
    #[prop(optional)]
    loud: bool,
    /// What is counted, for readers: "3 unread".
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let label = StoredValue::new(label);
    let text = move || match count.get() {
        n if n > 99 => "99+".to_owned(),
        n => number(n),
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <span class="badge" class:badge--loud=loud>
                <span aria-hidden="true">{text}</span>
                <span class="visually-hidden">{move || label.read_value().get()}</span>
            </span>
        </Show>
    }
}

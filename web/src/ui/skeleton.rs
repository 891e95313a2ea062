//! What stands there while something is loading. Both appear after 150 ms: quick answers do not flash.

use leptos::prelude::*;

/// Grey rows with a round picture, in place of a list.
#[component]
pub fn SkeletonRows(
    /// The name for readers: what is being loaded.
    #[prop(into)]
    label: TextProp,
    #[prop(default = 6)] rows: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label=move || label.get()>
            {(0..rows)
                .map(|_| {
                    view! {
                        <div class="skeleton__row">
                            <span class="skeleton__disc"></span>
                            <span class="skeleton__bar"></span>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// A turning ring. Readers hear the `aria-busy` of what is around it.
#[component]
pub fn Spinner() -> impl IntoView {
    view! { <span class="spinner" aria-hidden="true"></span> }
}

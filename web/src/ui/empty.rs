//! What stands there when there is nothing, or when something failed.

use super::{Button, Icon, Look};
use crate::i18n::{Key, t};
use leptos::prelude::*;

/// A small drawing in the colours of the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A planet with a ring: no space yet.
    Planet,
    /// Two speech bubbles: no chat open.
    Bubbles,
    /// A telescope: nothing found.
    Telescope,
    /// A loose plug: something failed.
    Plug,
}

impl Picture {
    /// Lines, soft areas, strong areas.
    const fn paths(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Planet => (
                "M22 76c24 20 70 8 92-16 11-12 8-24-6-22M34 24v10M29 29h10M128 84v8M124 88h8M120 18v6M117 21h6",
                "M44 56a28 28 0 1 0 56 0a28 28 0 1 0-56 0",
                "M62 44a5 5 0 1 0 10 0a5 5 0 1 0-10 0M80 60a7 7 0 1 0 14 0a7 7 0 1 0-14 0",
            ),
            Self::Bubbles => (
                "M40 40h36M40 52h24M82 76h24",
                "M28 22h62a10 10 0 0 1 10 10v28a10 10 0 0 1-10 10H52L36 84V70h-8a10 10 0 0 1-10-10V32a10 10 0 0 1 10-10z",
                "M74 60h46a10 10 0 0 1 10 10v14a10 10 0 0 1-10 10h-2v10l-14-10H74a10 10 0 0 1-10-10V70a10 10 0 0 1 10-10z",
            ),
            Self::Telescope => (
                "M72 62l-20 40M72 62l20 40M72 62v40M112 22v8M108 26h8M128 44v6M125 47h6",
                "M28 62l64-34 12 22-66 32z",
                "M92 28l10-6 14 26-12 6zM66 62a6 6 0 1 0 12 0a6 6 0 1 0-12 0",
            ),
            Self::Plug => (
                "M16 58h26M104 58h24M62 46h-8M62 70h-8M76 30l4-8M88 34l8-6M76 86l4 8M88 82l8 6",
                "M42 40h6a18 18 0 0 1 0 36h-6z",
                "M104 40h-8a18 18 0 0 0 0 36h8zM84 46h6v6h-6zM84 64h6v6h-6z",
            ),
        }
    }
}

/// An empty place: a picture, a sentence, and what can be done about it.
#[component]
pub fn Empty(
    picture: Picture,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (lines, soft, strong) = picture.paths();
    view! {
        <div class="empty">
            <svg class="empty__picture" viewBox="0 0 144 112" aria-hidden="true">
                <path class="empty__soft" d=soft />
                <path class="empty__strong" d=strong />
                <path class="empty__lines" d=lines />
            </svg>
            <p class="empty__title">{move || title.get()}</p>
            {text.map(|text| view! { <p class="empty__text">{move || text.get()}</p> })}
            {children.map(|children| view! { <div class="empty__actions">{children()}</div> })}
        </div>
    }
}

/// Something failed: the sentence, and a way to try again.
#[component]
pub fn Failure(
    #[prop(into)] sentence: Signal<String>,
    #[prop(into)] on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty picture=Picture::Plug title=move || sentence.get()>
                <Button
                    look=Look::Plain
                    icon=Icon::RefreshCw
                    on_click=move |_| on_retry.run(())
                >
                    {t(Key::AppRetry)}
                </Button>
            </Empty>
        </div>
    }
}

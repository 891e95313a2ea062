//! What the pages before signing in share.

use crate::effect::Effect;
use crate::i18n::{Key, Lang, lang, t};
use crate::page::{Page, before, is_ours};
use crate::router::{query, redirect};
use crate::state::session::Auth;
use crate::state::{Session, Settings};
use leptos::prelude::*;

/// The mark of the product: a planet and its ring.
#[component]
fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 48 48" aria-hidden="true">
            <circle cx="24" cy="24" r="8" />
            <path d="M4 31c8 8 28 3 37-6 5-5 4-10-4-9" />
        </svg>
    }
}

/// A card in the middle of the screen. Whoever is signed in already goes on to where he wanted.
#[component]
pub fn Welcome(
    children: Children,
    /// Also for somebody who is signed in.
    #[prop(optional)]
    stays: bool,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let settings = expect_context::<Settings>();
    let next = query("next");
    Effect::new(move |_| {
        if !stays && matches!(session.auth(), Auth::SignedIn(_)) {
            let next = untrack(next).filter(|next| is_ours(next));
            let path = next.unwrap_or_else(|| Page::Home.path());
            redirect(&path);
        }
    });
    view! {
        <main class="welcome">
            <div class="welcome__brand">
                <BrandMark />
                "The Space"
            </div>
            <section class="welcome__card">{children()}</section>
            <div class="welcome__languages" role="group" aria-label=t(Key::IdentityLanguage)>
                {Lang::ALL
                    .iter()
                    .map(|choice| {
                        let is_chosen = move || lang() == *choice;
                        view! {
                            <button
                                class="welcome__language"
                                type="button"
                                lang=choice.tag()
                                aria-pressed=move || if is_chosen() { "true" } else { "false" }
                                on:click=move |_| settings.lang.set(Some(*choice))
                            >
                                {choice.name()}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </main>
    }
}

/// The address of another page before signing in that goes on to the same place.
pub fn with_next(page: Page) -> String {
    let next = untrack(query("next"));
    next.filter(|next| is_ours(next)).map_or_else(|| page.path(), |next| before(page, &next))
}

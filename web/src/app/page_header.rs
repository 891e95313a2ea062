//! The head of a page that is not a conversation.

use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::state::Layout;
use crate::ui::{Glyph, Icon, IconButton};
use leptos::prelude::*;

/// The title, and before it the burger or, on a phone, the way back.
#[component]
pub fn PageHeader(
    #[prop(into)] title: TextProp,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page__header">
            <BackOrMenu />
            <h1>{move || title.get()}</h1>
            {children.map(|children| children())}
        </header>
    }
}

/// Opens the drawer; on a phone goes back to the list. Not shown where the sidebar is.
#[component]
pub fn BackOrMenu(
    /// Where a phone goes back to.
    #[prop(default = Page::Home)]
    to: Page,
) -> impl IntoView {
    let layout = expect_context::<Layout>();
    view! {
        <span class="page__menu">
            {move || {
                if layout.is_phone.get() {
                    view! {
                        <A
                            href=to.path()
                            attr:class="icon-button"
                            attr:aria-label=t(Key::AppBack)
                            attr:data-tip=t(Key::AppBack)
                        >
                            <Glyph icon=Icon::ArrowLeft />
                        </A>
                    }
                        .into_any()
                } else {
                    view! {
                        <IconButton
                            icon=Icon::Menu
                            label=t(Key::AppChatsAndSpaces)
                            on_click=move |_| layout.drawer.set(true)
                        />
                    }
                        .into_any()
                }
            }}
        </span>
    }
}

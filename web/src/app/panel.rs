//! The context panel: members, search, a thread or pins, beside the content or over it.

use super::panel_edge::PanelEdge;
use crate::chat::{pins_panel, search_panel, thread_panel, threads_panel};
use crate::i18n::{Key, t, tr};
use crate::router::path;
use crate::spaces::{CurrentSpace, MembersPanel};
use crate::state::layout::Panel;
use crate::state::{Layout, Spaces};
use crate::ui::{Icon, IconButton, later};
use leptos::ev;
use leptos::prelude::*;
use shared::ids::{ChatId, SpaceId};

/// The panel that is open. Esc closes it where it covers the content.
#[component]
pub fn ContextPanel() -> impl IntoView {
    let layout = expect_context::<Layout>();
    let space = expect_context::<CurrentSpace>();
    let spaces = expect_context::<Spaces>();
    let path = path();
    // Members are those of a space; elsewhere there is nothing to show. Its settings need the room.
    let is_member = Memo::new(move |_| {
        space.get().is_some_and(|id| spaces.get(id).is_some())
            && path.with(|path| !path.contains("/settings"))
    });
    let chat = Memo::new(move |_| path.with(|p| p.rsplit('/').next()?.parse::<ChatId>().ok()));
    let panel = Memo::new(move |_| {
        let panel = layout.panel.get()?;
        let has_place = panel.chat().is_none_or(|own| chat.get() == Some(own));
        let panel = if has_place { panel } else { Panel::Members };
        (panel != Panel::Members || is_member.get()).then_some(panel)
    });
    move || {
        panel.get().map(|panel| {
            view! { <Open layout space panel /> }
        })
    }
}

#[component]
fn Open(layout: Layout, space: CurrentSpace, panel: Panel) -> impl IntoView {
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && !event.default_prevented() && !layout.is_wide.get_untracked()
        {
            layout.close_panel();
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <aside
            class="panel"
            aria-label=move || title(panel)
            style:--panel=move || layout.is_wide.get().then(|| format!("{}px", layout.panel_width.get()))
        >
            {later(move || inside(layout, space, panel))}
        </aside>
    }
}

/// The head and what is below it.
#[component]
fn Inside(layout: Layout, space: CurrentSpace, panel: Panel) -> impl IntoView {
    view! {
        <Show when=move || layout.is_wide.get()>
            <PanelEdge layout />
        </Show>
        <header class="panel__header">
            <h2>{move || title(panel)}</h2>
            <IconButton
                icon=Icon::Close
                label=t(Key::AppClosePanel)
                on_click=move |_| layout.close_panel()
            />
        </header>
        {move || match panel {
            Panel::Members => {
                space.get().map(|space| later(move || members_panel(space))).into_any()
            }
            Panel::Search => later(search_panel),
            Panel::Thread { chat, root, at } => later(move || thread_panel(chat, root, at)),
            Panel::Pins(chat) => later(move || pins_panel(chat)),
            Panel::Threads(chat) => later(move || threads_panel(chat)),
        }}
    }
}

fn title(panel: Panel) -> &'static str {
    tr(match panel {
        Panel::Members => Key::AppMembers,
        Panel::Search => Key::AppSearch,
        Panel::Thread { .. } => Key::ConversationThread,
        Panel::Pins(_) => Key::ConversationPins,
        Panel::Threads(_) => Key::ConversationThreads,
    })
}

crate::lazy! {
    live => fn inside(layout: Layout, space: CurrentSpace, panel: Panel) -> AnyView {
        view! { <Inside layout space panel /> }.into_any()
    }
    tools => fn members_panel(space: SpaceId) -> AnyView {
        view! { <MembersPanel space /> }.into_any()
    }
}

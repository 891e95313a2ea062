//! Which areas of the screen are open, and how wide the screen is.

use super::storage;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::MediaQueryListEvent;

/// What the context panel at the end of the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Members of the space, or people of a direct or group chat.
    Members,
    Search,
}

/// The areas of the screen.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Below 600 px: one column and a bottom bar.
    pub is_phone: ReadSignal<bool>,
    /// Below 900 px: rail and sidebar are in a drawer.
    pub is_narrow: ReadSignal<bool>,
    /// From 1200 px on the context panel stands beside the content instead of over it.
    pub is_wide: ReadSignal<bool>,
    /// Whether the drawer is open.
    pub drawer: RwSignal<bool>,
    /// What the context panel shows; `None`: it is closed.
    pub panel: RwSignal<Option<Panel>>,
}

const MEMBERS: &str = "panel.members";

impl Layout {
    /// Follows the width of the window. On a wide one the members are shown unless closed before.
    #[must_use]
    pub fn start() -> Self {
        let is_wide = follow("(min-width: 1200px)");
        let remembered = storage::load::<bool>(MEMBERS).unwrap_or(true);
        let panel = (is_wide.get_untracked() && remembered).then_some(Panel::Members);
        Self {
            is_phone: follow("(max-width: 599px)"),
            is_narrow: follow("(max-width: 899px)"),
            is_wide,
            drawer: RwSignal::new(false),
            panel: RwSignal::new(panel),
        }
    }

    /// Opens the panel, or closes it when it shows this already.
    pub fn toggle(&self, panel: Panel) {
        let next = (self.panel.get_untracked() != Some(panel)).then_some(panel);
        self.panel.set(next);
        if self.is_wide.get_untracked() && panel == Panel::Members {
            storage::save(MEMBERS, &next.is_some());
        }
    }

    /// Closes the panel, by its own button.
    pub fn close_panel(&self) {
        if let Some(panel) = self.panel.get_untracked() {
            self.toggle(panel);
        }
    }
}

/// A signal that follows a media query.
fn follow(query: &str) -> ReadSignal<bool> {
    let list = window().match_media(query).ok().flatten();
    let (matches, set) = signal(list.as_ref().is_some_and(|list| list.matches()));
    if let Some(list) = list {
        let listen = Closure::<dyn Fn(MediaQueryListEvent)>::new(move |event| {
            set.set(MediaQueryListEvent::matches(&event));
        });
        list.set_onchange(Some(listen.as_ref().unchecked_ref()));
        // Both live as long as the tab: a list without an owner would be collected.
        listen.forget();
        std::mem::forget(list);
    }
    matches
}

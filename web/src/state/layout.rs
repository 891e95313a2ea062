//! Which areas of the screen are open, and how wide the screen is.

use super::storage;
use leptos::prelude::*;
use shared::ids::{ChatId, MessageId};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::MediaQueryListEvent;

/// What the context panel at the end of the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Members of the space, or people of a direct or group chat.
    Members,
    Search,
    /// A thread, at its newest replies or at the one with this `seq`.
    Thread {
        chat: ChatId,
        root: MessageId,
        at: Option<i64>,
    },
    /// The pinned messages of a chat.
    Pins(ChatId),
    /// The threads of a chat.
    Threads(ChatId),
}

impl Panel {
    /// The chat that the panel belongs to: in another one it has no place.
    #[must_use]
    pub const fn chat(self) -> Option<ChatId> {
        match self {
            Self::Members | Self::Search => None,
            Self::Thread { chat, .. } | Self::Pins(chat) | Self::Threads(chat) => Some(chat),
        }
    }
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
    /// Whether the person has just opened a thread, which takes the keyboard then.
    pub thread_asked: RwSignal<bool>,
    /// How wide the panel is beside the content, in pixels.
    pub panel_width: RwSignal<i32>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// What was typed for the palette before its code was here.
    pub palette_words: RwSignal<String>,
    /// Whether the list of keys is open.
    pub keys: RwSignal<bool>,
    /// What to search for, for the search that opens next.
    pub search_for: RwSignal<String>,
}

const MEMBERS: &str = "panel.members";
const WIDTH: &str = "panel.width";
/// How wide the panel may be, in pixels.
pub const WIDTHS: std::ops::RangeInclusive<i32> = 240..=640;
const USUAL_WIDTH: i32 = 280;

impl Layout {
    /// Follows the width of the window. On a wide one the members are shown unless closed before.
    #[must_use]
    pub fn start() -> Self {
        let is_wide = follow("(min-width: 1200px)");
        let panel = (is_wide.get_untracked() && members_wanted()).then_some(Panel::Members);
        let panel = RwSignal::new(panel);
        // On a window that becomes narrow the members would lie over what is read.
        Effect::new(move |before: Option<bool>| {
            let is_wide = is_wide.get();
            if before.is_some_and(|before| before != is_wide) {
                match (is_wide, panel.get_untracked()) {
                    (false, Some(Panel::Members)) => panel.set(None),
                    (true, None) if members_wanted() => panel.set(Some(Panel::Members)),
                    _ => {}
                }
            }
            is_wide
        });
        Self {
            is_phone: follow("(max-width: 599px)"),
            is_narrow: follow("(max-width: 899px)"),
            is_wide,
            drawer: RwSignal::new(false),
            panel,
            thread_asked: RwSignal::new(false),
            panel_width: RwSignal::new(storage::load(WIDTH).unwrap_or(USUAL_WIDTH)),
            palette: RwSignal::new(false),
            palette_words: RwSignal::new(String::new()),
            keys: RwSignal::new(false),
            search_for: RwSignal::new(String::new()),
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

    /// Opens a thread for the person, who writes there next.
    pub fn open_thread(&self, chat: ChatId, root: MessageId) {
        self.panel.set(Some(Panel::Thread { chat, root, at: None }));
        self.thread_asked.set(true);
    }

    /// The settings need the room that the search takes.
    pub fn leave_search(&self) {
        if self.panel.get_untracked() == Some(Panel::Search) {
            self.panel.set(members_wanted().then_some(Panel::Members));
        }
    }

    /// Closes the panel, by its own button. Behind a thread or a list of a chat the members come back.
    pub fn close_panel(&self) {
        match self.panel.get_untracked() {
            Some(Panel::Thread { .. } | Panel::Pins(_) | Panel::Threads(_)) => {
                let members = self.is_wide.get_untracked() && members_wanted();
                self.panel.set(members.then_some(Panel::Members));
            }
            Some(panel) => self.toggle(panel),
            None => {}
        }
    }

    /// Makes the panel wider or narrower, and remembers it.
    pub fn resize_panel(&self, width: i32) {
        let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
        self.panel_width.set(width);
        storage::save(WIDTH, &width);
    }
}

/// Whether the members stand beside the content of a wide window: unless they were closed.
fn members_wanted() -> bool {
    storage::load(MEMBERS).unwrap_or(true)
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

//! The palette (Ctrl K): go to a chat, a space, a person, a file, a page, or do something, by typing a
//! piece of its name.

mod asked;
mod choices;
mod fuzzy;
mod targets;

pub use asked::{follow, strangers};
pub use choices::Choices;
pub use targets::{best, targets};

use self::asked::files;
use self::targets::{chat_entries, is_empty, notes};
use crate::api::chat as api;
use crate::chat::keys::page;
use crate::chat::mark_all_read;
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::page::{Page, SettingsTab, link};
use crate::router::navigate;
use crate::spaces::CurrentSpace;
use crate::state::layout::Panel;
use crate::state::{Chats, Layout, Session, Spaces, storage};
use crate::ui::{Icon, Toasts, focus};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::QuickFound;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};

/// Entries shown at once.
const MOST: usize = 12;
/// Entries remembered.
const RECENT: &str = "palette.recent";

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Chat(Option<SpaceId>, ChatId),
    Space(SpaceId),
    Person(UserId),
    /// The message that brought it.
    File(ChatId, Option<MessageId>, i64),
    Page(Page),
    Search,
    Keys,
    AllRead,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The same for the same thing, also tomorrow.
    key: String,
    pub name: String,
    /// Where it is.
    pub place: String,
    pub icon: Icon,
    pub act: Act,
}

/// The dialog while [`Layout::palette`] is true.
#[component]
fn Palette() -> impl IntoView {
    let layout = expect_context::<Layout>();
    view! {
        <Show when=move || layout.palette.get()>
            <Open layout />
        </Show>
    }
}

/// What the parts of the palette share.
#[derive(Clone, Copy)]
struct Stores {
    layout: Layout,
    chats: Chats,
    spaces: Spaces,
    session: Session,
    current: CurrentSpace,
    toasts: Toasts,
}

#[component]
fn Open(layout: Layout) -> impl IntoView {
    let stores = Stores {
        layout,
        chats: expect_context(),
        spaces: expect_context(),
        session: expect_context(),
        current: expect_context(),
        toasts: expect_context(),
    };
    let words = RwSignal::new(layout.palette_words.get_untracked());
    layout.palette_words.set(String::new());
    let answer = RwSignal::new(QuickFound::default());
    let chosen = RwSignal::new(0_usize);
    let all = StoredValue::new(untrack(|| places(stores)));
    follow(words, answer);
    let entries = Memo::new(move |_| {
        let QuickFound { people, files: found_files, .. } = answer.get();
        let others = strangers(people).chain(files(stores.chats, found_files)).collect();
        all.with_value(|all| found(&words.get(), all, others))
    });
    let node = NodeRef::<html::Dialog>::new();
    focus::return_on_cleanup();
    node.on_load(move |dialog| {
        // Fails only when it is open already.
        drop(dialog.show_modal());
    });
    let run = Callback::new(move |at: usize| {
        let Some(entry) = entries.with_untracked(|entries| entries.get(at).cloned()) else {
            return;
        };
        remember(&entry.key);
        layout.palette.set(false);
        act(stores, entry.act, words.get_untracked());
    });
    view! {
        <dialog
            class="palette"
            aria-label=t(Key::ConversationPalette)
            node_ref=node
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                layout.palette.set(false);
            }
            on:close=move |_| layout.palette.set(false)
            on:mousedown=move |event| {
                let beside = node
                    .get_untracked()
                    .is_some_and(|node| event_target::<web_sys::Node>(&event).is_same_node(Some(&node)));
                if beside {
                    event.prevent_default();
                    layout.palette.set(false);
                }
            }
        >
            <div class="palette__frame">
                <Choices
                    words
                    entries
                    chosen
                    label=Key::ConversationPaletteHint
                    classes=("palette__input", "palette__list")
                    on_run=run
                />
                <p class="palette__hint">{t(Key::ConversationPaletteKeys)}</p>
            </div>
        </dialog>
    }
}

/// Everything in memory that one may go to or do.
fn places(stores: Stores) -> Vec<Entry> {
    let Stores { chats, spaces, session, .. } = stores;
    let mut all = chat_entries(chats, spaces);
    for id in spaces.ids() {
        let name = spaces.get(id).map(|space| space.name).unwrap_or_default();
        let place = tr(Key::ConversationSpace).to_owned();
        all.push(Entry {
            key: format!("space:{id}"),
            name,
            place,
            icon: Icon::Home,
            act: Act::Space(id),
        });
    }
    let fixed = |key: &str, text: Key, icon, act| Entry {
        key: key.to_owned(),
        name: tr(text).to_owned(),
        place: String::new(),
        icon,
        act,
    };
    all.push(fixed(
        "threads",
        Key::ConversationThreads,
        Icon::MessageCircle,
        Act::Page(Page::Threads),
    ));
    all.push(fixed(
        "direct",
        Key::AppDirectMessages,
        Icon::MessagesSquare,
        Act::Page(Page::Conversations),
    ));
    all.push(fixed("discover", Key::AppDiscover, Icon::Compass, Act::Page(Page::Discover)));
    for tab in SettingsTab::ALL {
        all.push(Entry {
            key: format!("settings:{}", tab.key()),
            name: by_name(&format!("settings.{}", tab.key())),
            place: tr(Key::AppSettings).to_owned(),
            icon: Icon::Settings,
            act: Act::Page(Page::Settings(tab)),
        });
    }
    all.extend(notes(session));
    all.push(fixed("read", Key::ConversationAllRead, Icon::Check, Act::AllRead));
    all.push(fixed("keys", Key::ConversationKeys, Icon::Help, Act::Keys));
    all
}

/// What fits, the best first; without words what was used last, then the liveliest.
fn found(words: &str, all: &[Entry], others: Vec<Entry>) -> Vec<Entry> {
    let search = Entry {
        key: "search".into(),
        name: match words.trim() {
            "" => tr(Key::ChatSearchHint).to_owned(),
            words => tf(Key::ConversationSearchFor, &[("words", words)]),
        },
        place: String::new(),
        icon: Icon::Search,
        act: Act::Search,
    };
    if is_empty(words) {
        let recent: Vec<String> = storage::load(RECENT).unwrap_or_default();
        let used = recent.iter().filter_map(|key| all.iter().find(|entry| entry.key == *key));
        let others = all.iter().filter(|entry| !recent.contains(&entry.key));
        let list = used.chain(others).take(MOST - 1).cloned();
        return list.chain([search]).collect();
    }
    best(words, all, others).into_iter().take(MOST - 1).chain([search]).collect()
}

fn remember(key: &str) {
    let mut recent: Vec<String> = storage::load(RECENT).unwrap_or_default();
    recent.retain(|known| known != key);
    recent.insert(0, key.to_owned());
    recent.truncate(8);
    storage::save(RECENT, &recent);
}

fn act(stores: Stores, act: Act, words: String) {
    let Stores { layout, chats, toasts, current, .. } = stores;
    let go = |path: String| navigate(&path);
    match act {
        Act::Chat(space, chat) => go(page(space, chat).path()),
        Act::Space(space) => go(Page::Space(space).path()),
        Act::Page(page) => go(page.path()),
        Act::File(chat, thread, seq) => {
            let space = chats.peek(chat, |chat| chat.space_id).flatten();
            go(link(page(space, chat), thread, seq));
        }
        Act::Person(user) => spawn_local(async move {
            match api::open_direct(user).await {
                Ok(chat) => {
                    let target = page(None, chat.id).path();
                    chats.put(chat);
                    go(target);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        }),
        Act::Search => {
            layout.panel.set(None);
            layout.search_for.set(words);
            layout.panel.set(Some(Panel::Search));
        }
        Act::Keys => layout.keys.set(true),
        Act::AllRead => mark_all_read(chats, toasts, untrack(|| current.get())),
    }
}

crate::lazy! {
    tools => pub fn palette() -> AnyView {
        view! { <Palette /> }.into_any()
    }
}

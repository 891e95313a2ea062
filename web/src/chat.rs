//! Conversations: the list of chats, the messages of one, the composer.

mod access;
mod all_read;
mod arrange;
mod author_menu;
mod calendar;
pub mod chat_list;
mod chat_row;
mod chat_settings;
pub mod completion;
mod composer;
mod conversation_header;
pub mod conversation_page;
mod custom_emoji;
mod emoji;
pub mod emoji_picker;
mod explain;
mod forward_dialog;
mod forwarded;
mod group_people;
mod highlight;
pub mod keys;
mod listed;
mod message_list;
mod message_row;
mod message_toolbar;
mod new_chat;
mod own_emoji;
mod pins_panel;
mod previews;
mod reactions;
mod reactors;
mod rows;
mod search_notes;
mod search_panel;
pub mod search_words;
mod sticker_tab;
mod talk;
mod text;
mod thread_panel;
mod threads_page;
mod threads_panel;
mod typing_line;
pub mod virtual_list;

pub use all_read::mark_all_read;
pub use chat_list::ChatList;
pub use conversation_page::ConversationPage;
pub use new_chat::new_conversation;
pub use pins_panel::pins_panel;
pub use search_panel::search_panel;
pub use thread_panel::thread_panel;
pub use threads_page::ThreadsPage;
pub use threads_panel::threads_panel;

use leptos::ev;
use leptos::prelude::*;

/// Whether the person looks at this tab, as long as the view that calls this lives.
fn focused_window() -> ReadSignal<bool> {
    let look = || document().has_focus().unwrap_or(true) && !document().hidden();
    let (is_focused, set) = signal(look());
    let handles = [
        window_event_listener(ev::focus, move |_| set.set(look())),
        window_event_listener(ev::blur, move |_| set.set(look())),
    ];
    let visible = window_event_listener(ev::visibilitychange, move |_| set.set(look()));
    on_cleanup(move || {
        handles.into_iter().for_each(|handle| handle.remove());
        visible.remove();
    });
    is_focused
}

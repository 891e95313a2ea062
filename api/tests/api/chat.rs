//! Chats and messages.

mod chats;
mod edits;
mod history;
mod messages;
mod private;
mod reactions;
mod search;
mod stream;
mod unread;

//! Rows and queries.

pub mod category;
pub mod chat;
pub mod chat_changes;
pub mod counted;
pub mod custom_emoji;
pub mod details;
pub mod doomed;
pub mod forward;
pub mod group_mention;
pub mod mention;
pub mod message;
pub mod message_changes;
pub mod people;
pub mod pin;
pub mod preview;
pub mod reaction;
pub mod read_state;
pub mod sql;
pub mod sticker;
pub mod sweep;
pub mod thread;
pub mod thread_list;
pub mod view;

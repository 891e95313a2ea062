//! HTTP and socket commands: extract, authorise, act, answer.

pub mod chats;
pub mod messages;
pub mod people;
pub mod reactions;
pub mod read;
pub mod search;

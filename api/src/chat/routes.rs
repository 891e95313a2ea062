//! HTTP and socket commands: extract, authorise, act, answer.

pub mod categories;
pub mod chats;
pub mod explain;
pub mod forwards;
pub mod messages;
pub mod people;
pub mod pins;
pub mod previews;
pub mod reactions;
pub mod read;
pub mod reports;
pub mod search;
pub mod threads;

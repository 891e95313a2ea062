//! Changes. Each takes the transaction, so its events leave after commit, and a proof of access.

pub mod categories;
pub mod chats;
pub mod forwards;
pub mod groups;
pub mod messages;
pub mod news;
pub mod notices;
pub mod overrides;
pub mod pins;
pub mod previews;
pub mod reactions;
pub mod read;
pub mod removal;
pub mod threads;

//! Changes. Each takes the transaction, so its events leave after commit, and a proof of access.

pub mod chats;
pub mod messages;
pub mod read;

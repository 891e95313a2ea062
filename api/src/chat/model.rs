//! Rows and queries.

pub mod chat;
pub mod chat_changes;
pub mod mention;
pub mod message;
pub mod people;
pub mod reaction;
pub mod read_state;
pub mod sql;

//! What comes from other systems.
//!
//! Owns no tables: an import writes `users`, `space_members`, `chats`, `messages`, `mentions` and
//! `read_states` in bulk, and announces new chats on the `space:` topic. Calls: identity, spaces.

pub mod import;

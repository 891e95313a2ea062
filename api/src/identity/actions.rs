//! What happens to accounts and sessions.

pub mod accounts;
pub mod names;
pub mod people;
pub mod sessions;
pub mod tokens;

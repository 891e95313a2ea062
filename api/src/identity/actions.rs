//! What happens to accounts and sessions.

pub mod accounts;
pub mod names;
pub mod people;
pub mod recovery;
pub mod sessions;
pub mod tokens;

//! What happens to accounts and sessions.

pub mod accounts;
pub mod sessions;
pub mod tokens;

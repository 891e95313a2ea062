//! Rows and queries.

pub mod access_token;
pub mod session;
pub mod user;

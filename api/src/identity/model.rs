//! Rows and queries.

pub mod session;
pub mod user;

//! Rows and queries.

pub mod bot;

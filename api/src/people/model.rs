//! Queries.

pub mod copies;
pub mod traces;

//! Queries.

pub mod belongings;
pub mod copies;
pub mod traces;

//! Rows.

pub mod attachments;
pub mod file;

//! Rows and queries.

pub mod installed;
pub mod pack;
pub mod sticker;

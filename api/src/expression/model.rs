//! Rows and queries.

pub mod emoji;
pub mod installed;
pub mod pack;
pub mod sticker;

//! HTTP only: extract, authorise, act, answer.

pub mod emoji;
pub mod installed;
pub mod packs;
pub mod stickers;

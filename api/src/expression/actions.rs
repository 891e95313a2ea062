//! Changes. Each takes the transaction and a proof of access.

pub mod emoji;
pub mod packs;
pub mod stickers;

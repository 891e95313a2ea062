//! Sticker packs, and the emoji of a space.

mod emoji;
mod packs;
mod sending;

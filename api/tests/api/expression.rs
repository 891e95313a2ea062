//! Sticker packs.

mod packs;
mod sending;

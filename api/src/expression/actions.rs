//! Changes. Each takes the transaction and a proof of access.

pub mod packs;

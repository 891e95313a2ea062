//! HTTP only: extract, authorise, act, answer.

pub mod installed;
pub mod packs;

//! HTTP only: extract, authorise, act, answer.

pub mod bots;
pub mod members;

//! HTTP only: extract, load, act, answer.

pub mod pictures;

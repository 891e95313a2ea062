//! The Space, server side.

pub mod config;
pub mod platform;

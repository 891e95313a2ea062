//! The Space, server side.

pub mod config;

//! The Space, server side. `main` is a thin command line over this library; tests use the same
//! [`server::Server`] with port 0.
//!
//! Layers, each using only those below it: config, error, platform, http · realtime, jobs · identity,
//! files, notifications · profiles, spaces · chat · router, server.

pub mod app;
pub mod asyncapi;
pub mod chat;
pub mod cli;
pub mod config;
pub mod demo;
pub mod error;
pub mod expression;
pub mod files;
pub mod health;
pub mod http;
pub mod identity;
pub mod integrations;
pub mod jobs;
pub mod notifications;
pub mod openapi;
pub mod people;
pub mod platform;
pub mod profiles;
pub mod realtime;
pub mod router;
pub mod server;
pub mod spaces;

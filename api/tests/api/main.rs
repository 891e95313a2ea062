//! Integration tests over HTTP and sockets against the real builder, each with a database of its
//! own cloned from a migrated template. They mirror the slices.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what is not as expected fails the test"
)]

mod support;

mod adversary;
mod backup;
mod chat;
mod contract;
mod database_hosts;
mod demo;
mod distribution;
mod expression;
mod fetch;
mod files;
mod identity;
mod integrations;
mod jobs;
mod language;
mod logs;
mod mail;
mod nodes;
mod notifications;
mod people;
mod permissions;
mod read_replica;
mod readme;
mod realtime;
mod retention;
mod schema;
mod service;
mod settings;
mod shutdown;
mod spaces;

//! What the server stands on: database, Redis, secrets, logs, web files, the way to foreign servers.

pub mod background;
pub mod backup;
pub mod batch;
pub mod db;
pub mod embedded;
pub mod fetch;
pub mod mail;
pub mod migrations;
pub mod prepared;
pub mod redis;
pub mod schema;
pub mod secrets;
pub mod shares;
pub mod sql;
pub mod telemetry;
pub mod web_assets;

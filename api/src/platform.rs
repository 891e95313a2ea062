//! What the server stands on: database, secrets, logs, web files.

pub mod db;
pub mod embedded;
pub mod schema;
pub mod secrets;

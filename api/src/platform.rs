//! What the server stands on: database, secrets, logs, web files.

pub mod embedded;
pub mod secrets;

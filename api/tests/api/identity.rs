//! Accounts and logins.

mod accounts;
mod admin;
mod email;
mod forgery;
mod idempotency;
mod logs;
mod marks;
mod names;
mod profiles;
mod recovery;
mod refresh;
mod sessions;
mod settings;
mod status;
mod takeover;
mod throttling;

//! Accounts and logins.

mod accounts;
mod admin;
mod forgery;
mod idempotency;
mod logs;
mod profiles;
mod refresh;
mod sessions;
mod throttling;

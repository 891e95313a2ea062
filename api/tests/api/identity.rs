//! Accounts and logins.

mod accounts;
mod forgery;
mod profiles;
mod refresh;
mod sessions;

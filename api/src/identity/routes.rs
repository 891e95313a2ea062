//! HTTP only: parse, call an action, answer.

pub mod accounts;
pub mod logins;
pub mod profile;
pub mod sessions;
pub mod status;
pub mod tokens;

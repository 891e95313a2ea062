//! HTTP only: parse, call an action, answer.

pub mod accounts;
pub mod logins;
pub mod marks;
pub mod profile;
pub mod recovery;
pub mod sessions;
pub mod settings;
pub mod status;
pub mod tokens;

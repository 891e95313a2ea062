//! HTTP only: parse, call an action, answer.

pub mod accounts;
pub mod logins;

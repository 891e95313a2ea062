//! Rows and queries.

pub mod access_token;
pub mod choices;
pub mod deletion;
pub mod email;
pub mod mark;
pub mod nickname;
pub mod person;
pub mod session;
pub mod user;

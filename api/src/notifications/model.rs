//! Rows.

pub mod digest;
pub mod inbox;
pub mod incoming;
pub mod invitations;
pub mod outgoing;
pub mod settings;

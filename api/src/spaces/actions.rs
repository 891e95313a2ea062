//! Changes. Each takes the transaction and the proof, and appends its events.

pub mod bans;
pub mod bots;
pub mod invites;
pub mod members;
mod notices;
pub mod presets;
pub mod reports;
pub mod roles;
pub mod spaces;

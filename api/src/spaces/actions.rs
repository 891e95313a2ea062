//! Changes. Each takes the transaction and the proof, and appends its events.

pub mod bots;
pub mod members;
pub mod presets;
pub mod roles;
pub mod spaces;

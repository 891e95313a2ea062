//! Spaces, members and roles.

mod directory;
mod joining;
mod lifecycle;
mod participants;
mod restrictions;
mod roles;
mod strangers;

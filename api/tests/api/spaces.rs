//! Spaces, members and roles.

mod directory;
mod events;
mod joining;
mod lifecycle;
mod live;
mod nicknames;
mod participants;
mod races;
mod restrictions;
mod roles;
mod strangers;

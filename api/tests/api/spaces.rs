//! Spaces, members and roles.

mod audit;
mod bans;
mod crowd;
mod directory;
mod events;
mod invites;
mod joining;
mod keys;
mod lifecycle;
mod live;
mod nicknames;
mod order;
mod participants;
mod races;
mod reports;
mod restrictions;
mod revocation;
mod roles;
mod strangers;

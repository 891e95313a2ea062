//! Hostile clients and unlucky timing. A test here is an attack that must fail.

mod cuts;
mod fuzz;
mod hello;
mod inputs;
mod leaks;
mod memberships;
mod ordering;
mod panics;
mod paths;
mod powers;
mod races;
mod removal;
mod requests;
mod rooms;
mod secrets;

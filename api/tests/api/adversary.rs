//! Hostile clients and unlucky timing. A test here is an attack that must fail.

mod fuzz;
mod hello;
mod inputs;
mod leaks;
mod ordering;
mod powers;
mod races;
mod rooms;

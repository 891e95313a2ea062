//! The stream: durable events in PostgreSQL, a bus between nodes, a hub of local sockets.
//!
//! Tables: `streams`, `events`. It never names a feature: slices hand it a table of [`command`]s
//! and a [`directory::Directory`] through the router.
//!
//! [`stream::Tx`] writes rows and events in one transaction and publishes after commit; [`bus`]
//! carries frames to every node; [`hub`] orders them per topic and hands them to [`session`]s;
//! [`presence`] knows who is there.

pub mod activity;
pub mod bus;
pub mod command;
pub mod delivery;
pub mod directory;
pub mod guard;
pub mod hub;
pub mod live;
pub mod lookups;
pub mod outbox;
pub mod places;
pub mod presence;
pub mod retention;
pub mod session;
pub mod socket;
pub mod stream;
pub mod sync;
pub mod topics;

pub use live::Live;

//! The socket: events of the server into the stores.

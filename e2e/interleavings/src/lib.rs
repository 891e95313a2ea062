//! The queue of a socket and the topics of a node, as the server compiles them, for a scheduler that
//! switches to another thread wherever one may come: at each lock, wake and wait. A test that fails
//! prints the schedule, which `shuttle::replay` runs again.

extern crate shuttle_dashmap as dashmap;

pub mod realtime {
    pub mod delivery;
    #[path = "../../../../api/src/realtime/outbox.rs"]
    pub mod outbox;
    pub mod sync;
    #[path = "../../../../api/src/realtime/topics.rs"]
    pub mod topics;
}

/// Orders that each test tries.
pub const ORDERS: usize = 3000;

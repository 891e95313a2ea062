//! Carries deliveries to every node that has a socket on the topic.
//!
//! Delivery is at most once: the log is the truth, and a lost message shows as a hole in `seq`.
//! `memory` serves one node; `redis` joins without touching a slice.

pub mod memory;

use crate::realtime::stream::Delivery;
use shared::topic::Topic;
use std::sync::Arc;

/// Where a bus hands what it receives.
pub type Receiver = Arc<dyn Fn(Arc<Delivery>) + Send + Sync>;

/// A bus between nodes.
pub trait Bus: Send + Sync {
    /// Called once, before anything else.
    fn start(&self, receiver: Receiver);

    /// Hands a delivery to every node subscribed to its topic, this one included. Does not block.
    fn publish(&self, delivery: Arc<Delivery>);

    /// This node has its first socket on the topic.
    fn subscribe(&self, topic: Topic);

    /// This node's last socket on the topic is gone.
    fn unsubscribe(&self, topic: Topic);
}

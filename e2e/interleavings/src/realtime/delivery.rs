//! What of a delivery the queue and the topics look at.

use shared::topic::Topic;
use std::sync::Arc;

/// A frame on its way to sockets.
#[derive(Debug)]
pub struct Delivery {
    pub topic: Topic,
    pub seq: Option<i64>,
    pub frame: String,
}

/// A durable event.
#[must_use]
pub fn event(topic: Topic, seq: i64) -> Arc<Delivery> {
    Arc::new(Delivery { topic, seq: Some(seq), frame: String::new() })
}

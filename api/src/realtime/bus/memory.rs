//! One node: what is published is received, at once.

use super::{Bus, Receiver};
use crate::realtime::stream::Delivery;
use shared::topic::Topic;
use std::sync::{Arc, OnceLock};

/// See the module.
#[derive(Default)]
pub struct MemoryBus {
    receiver: OnceLock<Receiver>,
}

impl Bus for MemoryBus {
    fn start(&self, receiver: Receiver) {
        let _ = self.receiver.set(receiver);
    }

    fn publish(&self, delivery: Arc<Delivery>) {
        if let Some(receiver) = self.receiver.get() {
            receiver(delivery);
        }
    }

    fn subscribe(&self, _topic: Topic) {}

    fn unsubscribe(&self, _topic: Topic) {}
}

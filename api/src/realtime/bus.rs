//! Carries deliveries to every node that has a socket on the topic, and what nodes tell each other.
//!
//! Delivery is at most once: the log is the truth, and a lost message shows as a hole in `seq`. A bus
//! that knows of a loss asks its receiver to look at the log. `memory` serves one node, `redis` many.

pub mod memory;
pub mod redis;

use crate::realtime::presence::Seen;
use crate::realtime::stream::Delivery;
use serde::{Deserialize, Serialize};
use shared::event::Event;
use shared::ids::SessionId;
use shared::topic::Topic;
use std::sync::{Arc, Weak};

/// A running server process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u64);

/// What a node tells the others.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It is there; said every second.
    Here,
    /// It stops.
    Bye,
    /// A commit whose outcome it does not know, or events that it could not publish.
    Look(Vec<Topic>),
    /// These sessions and tokens for programs are over.
    Revoked(Vec<SessionId>),
    /// An event that is not kept, for topics that others may just be subscribing to.
    Told { topics: Vec<Topic>, event: Box<Event> },
    /// People with sockets on it, and those whose last one is gone.
    People(Vec<Seen>),
}

/// Whom a bus hands what it receives.
pub trait Receiver: Send + Sync {
    /// A delivery came.
    fn receive(&self, delivery: Arc<Delivery>);

    /// Events of these topics may be in the log that did not come; `None`: of any topic.
    fn look(&self, topics: Option<Vec<Topic>>);

    /// Another node says this.
    fn hear(&self, from: NodeId, word: Word);

    /// A node is new, or may have missed what was said: it must be told everything.
    fn welcome(&self);

    /// A node is gone. `is_first`: of the nodes that are left, this one tells people about it.
    fn miss(&self, node: NodeId, is_first: bool);
}

/// A bus between nodes.
pub trait Bus: Send + Sync {
    /// Called once, before anything else. The bus ends with its receiver.
    fn start(&self, receiver: Weak<dyn Receiver>);

    /// Hands a delivery to every node subscribed to its topic, this one included. Does not block.
    fn publish(&self, delivery: Arc<Delivery>);

    /// Tells the other nodes. Does not block.
    fn tell(&self, word: Word);

    /// This node has its first socket on the topic. Once the bus hears the topic, the receiver is
    /// asked to look at its log.
    fn subscribe(&self, topic: Topic);

    /// This node's last socket on the topic is gone.
    fn unsubscribe(&self, topic: Topic);

    /// Whether there can be other nodes.
    fn is_shared(&self) -> bool;
}

//! Many nodes: Redis' publish and subscribe, one channel a topic and one for words between nodes.
//!
//! What this node publishes it receives at once, without Redis; others get it through [`outgoing`].
//! [`incoming`] holds one subscription a topic of this node. A node that does not hear its own word
//! any more knows that Redis is away: until it is back, the log is read every second instead, and then
//! once more. What could not be published is told as "look at the log" when Redis is back.

mod incoming;
mod outgoing;

use super::{Bus, NodeId, Receiver, Word};
use crate::platform::redis::Redis;
use crate::realtime::stream::Delivery;
use bytestring::ByteString;
use outgoing::Outgoing;
use shared::ids::ChatId;
use shared::topic::Topic;
use std::sync::{Arc, OnceLock, Weak};
use tokio::sync::mpsc;

/// The channel of words.
const NODES: &str = "nodes";

/// See the module.
pub struct RedisBus {
    wire: Arc<Wire>,
    receiver: OnceLock<Weak<dyn Receiver>>,
    outgoing: OnceLock<Outgoing>,
    wishes: OnceLock<mpsc::UnboundedSender<Wish>>,
}

/// What both directions know.
struct Wire {
    redis: Arc<Redis>,
    node: NodeId,
}

/// A topic that this node wants to hear, or not any more.
struct Wish {
    topic: Topic,
    wanted: bool,
}

impl RedisBus {
    #[must_use]
    pub fn new(redis: Arc<Redis>) -> Self {
        let wire = Arc::new(Wire { redis, node: NodeId(rand::random()) });
        let (receiver, outgoing, wishes) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { wire, receiver, outgoing, wishes }
    }

    fn wish(&self, topic: Topic, wanted: bool) {
        if let Some(wishes) = self.wishes.get() {
            drop(wishes.send(Wish { topic, wanted }));
        }
    }
}

impl Bus for RedisBus {
    fn start(&self, receiver: Weak<dyn Receiver>) {
        let (wishes, wished) = mpsc::unbounded_channel();
        drop(self.wishes.set(wishes));
        drop(self.receiver.set(receiver.clone()));
        drop(self.outgoing.set(outgoing::start(self.wire.clone(), receiver.clone())));
        tokio::spawn(incoming::run(self.wire.clone(), receiver, wished));
    }

    fn publish(&self, delivery: Arc<Delivery>) {
        if let Some(outgoing) = self.outgoing.get() {
            outgoing.publish(&delivery);
        }
        if let Some(receiver) = self.receiver.get().and_then(Weak::upgrade) {
            receiver.receive(delivery);
        }
    }

    fn tell(&self, word: Word) {
        if let Some(outgoing) = self.outgoing.get() {
            outgoing.tell(word);
        }
    }

    fn subscribe(&self, topic: Topic) {
        self.wish(topic, true);
    }

    fn unsubscribe(&self, topic: Topic) {
        self.wish(topic, false);
    }

    fn is_shared(&self) -> bool {
        true
    }
}

/// `node seq audience` and, on the next line, the frame; `-` for what is absent.
fn encode(node: NodeId, delivery: &Delivery) -> String {
    let seq = delivery.seq.map_or_else(|| "-".to_owned(), |seq| seq.to_string());
    let audience = delivery.audience.map_or_else(|| "-".to_owned(), |chat| chat.to_string());
    format!("{:x} {seq} {audience}\n{}", node.0, delivery.frame)
}

/// The sender and what it sent; `None` when a node of another release said something else.
fn decode(topic: Topic, text: &str) -> Option<(NodeId, Delivery)> {
    let (head, frame) = text.split_once('\n')?;
    let mut head = head.split(' ');
    let node = NodeId(u64::from_str_radix(head.next()?, 16).ok()?);
    let seq = match head.next()? {
        "-" => None,
        seq => Some(seq.parse().ok()?),
    };
    let audience = match head.next()? {
        "-" => None,
        chat => Some(chat.parse::<ChatId>().ok()?),
    };
    Some((node, Delivery::received(topic, seq, audience, ByteString::from(frame))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::stream::Effect;
    use shared::event::{ChatDeleted, Event};

    #[test]
    fn what_is_sent_is_what_arrives() {
        let chat = ChatId::new();
        let topic: Topic = Topic::Chat(chat);
        for (seq, audience) in [(Some(7), Some(chat)), (None, None)] {
            let event = Event::ChatDeleted(ChatDeleted { chat_id: chat });
            let sent = Delivery::new(topic, seq, audience, event);
            let (node, got) = decode(topic, &encode(NodeId(u64::MAX), &sent)).unwrap();
            assert_eq!(node, NodeId(u64::MAX));
            assert_eq!((got.seq, got.audience, &got.frame), (seq, audience, &sent.frame));
            assert_eq!(got.effect, Effect::ChatGone(chat));
        }
        for other in ["", "\n", "zz - -\n{}", "1 x -\n{}", "1 - x\n{}"] {
            assert!(decode(topic, other).is_none(), "{other:?}");
        }
        // An event that this release does not know: whatever it was, access is looked at again.
        let (_, unknown) = decode(topic, "1 3 -\n{\"type\":\"new_thing\"}").unwrap();
        assert_eq!((unknown.seq, unknown.effect), (Some(3), Effect::Access));
    }
}

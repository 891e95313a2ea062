//! Topics: subscriptions, events in any order, and repairs from the log, all at once.

#![cfg(test)]

use futures_util::FutureExt as _;
use interleavings::ORDERS;
use interleavings::realtime::delivery::event;
use interleavings::realtime::outbox::Outbox;
use interleavings::realtime::topics::{Next, SocketId, Topics};
use shared::ids::ChatId;
use shared::topic::Topic;
use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicI64, Ordering};
use shuttle::thread;
use std::sync::Arc;

/// Events that are committed.
const EVENTS: i64 = 4;

/// A node and the log.
struct Node {
    topic: Topic,
    topics: Topics,
    /// The `seq` of the last event that was committed; the log keeps all.
    committed: AtomicI64,
    /// How many heard subscriptions the bus holds.
    on_bus: AtomicI64,
    repairs: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Node {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            topic: Topic::Chat(ChatId::new()),
            topics: Topics::default(),
            committed: AtomicI64::new(0),
            on_bus: AtomicI64::new(0),
            repairs: Mutex::default(),
        })
    }

    /// What the hub does when it is told that a repair is to begin.
    fn repair_if(self: &Arc<Self>, begins: bool) {
        if !begins {
            return;
        }
        let node = self.clone();
        let repair = thread::spawn(move || {
            while let Some(hole) = node.topics.hole(node.topic) {
                let committed = node.committed.load(Ordering::SeqCst);
                let missing =
                    (hole.after + 1..=committed).map(|seq| event(node.topic, seq)).collect();
                // The answer is on its way.
                thread::yield_now();
                match node.topics.repair(node.topic, hole, missing, true) {
                    Next::Done => return,
                    Next::More | Next::Wait => thread::yield_now(),
                }
            }
        });
        self.repairs.lock().unwrap().push(repair);
    }

    /// Commits an event and tells the bus, which may bring it late, twice or not at all.
    fn send(self: &Arc<Self>, times: usize) {
        let seq = self.committed.fetch_add(1, Ordering::SeqCst) + 1;
        for _ in 0..times {
            thread::yield_now();
            self.repair_if(self.topics.receive(event(self.topic, seq)));
        }
    }

    /// Looks at the log at last, and waits for all repairs.
    fn settle_down(self: &Arc<Self>) {
        let committed = self.committed.load(Ordering::SeqCst);
        self.repair_if(self.topics.stands_at(self.topic, committed));
        loop {
            let Some(repair) = self.repairs.lock().unwrap().pop() else { return };
            repair.join().unwrap();
        }
    }

    fn come(&self, id: SocketId, outbox: &Outbox) {
        self.topics.subscribe(self.topic, id, outbox, || {
            assert_eq!(self.on_bus.fetch_add(1, Ordering::SeqCst), 0, "subscribed twice");
        });
    }

    fn go(&self, id: SocketId) {
        self.topics.unsubscribe(self.topic, id, || {
            assert_eq!(self.on_bus.fetch_sub(1, Ordering::SeqCst), 1, "unsubscribed twice");
        });
    }
}

/// A socket, as the session treats what it hears.
struct Socket {
    outbox: Outbox,
    cursor: i64,
    heard: Vec<i64>,
}

impl Socket {
    /// Listens, then reads the log, then says where it stands.
    fn open(node: &Arc<Node>, id: SocketId) -> Self {
        let outbox = Outbox::default();
        node.come(id, &outbox);
        thread::yield_now();
        let cursor = node.committed.load(Ordering::SeqCst);
        node.repair_if(node.topics.settle(node.topic, cursor));
        Self { outbox, cursor, heard: Vec::new() }
    }

    /// Takes all that waits. A hole is read from the log: what is missing was committed before.
    fn listen(&mut self, node: &Node) {
        while let Some(delivery) = self.outbox.next().now_or_never() {
            let seq = delivery.unwrap().seq.unwrap();
            let upto =
                if seq > self.cursor + 1 { node.committed.load(Ordering::SeqCst) } else { seq };
            while self.cursor < upto {
                self.cursor += 1;
                self.heard.push(self.cursor);
            }
        }
    }
}

/// Whatever the bus does, once the log was looked at every socket has heard each event since it came,
/// once and in order.
#[test]
fn sockets_hear_everything_while_others_come_and_go() {
    shuttle::check_random(
        || {
            let node = Node::new();
            let senders = [[1, 2], [0, 1]].map(|times| {
                let node = node.clone();
                thread::spawn(move || times.into_iter().for_each(|times| node.send(times)))
            });
            let guest = {
                let node = node.clone();
                thread::spawn(move || {
                    Socket::open(&node, 1).listen(&node);
                    node.go(1);
                })
            };
            let mut socket = Socket::open(&node, 2);
            let start = socket.cursor;
            for thread in senders {
                thread.join().unwrap();
            }
            guest.join().unwrap();
            node.settle_down();
            socket.listen(&node);
            assert_eq!(socket.heard, (start + 1..=EVENTS).collect::<Vec<_>>());
            node.go(2);
            assert_eq!(node.topics.listeners(node.topic), 0);
            assert_eq!(node.on_bus.load(Ordering::SeqCst), 0);
        },
        ORDERS,
    );
}

/// Nothing that is on its way is taken for lost: while all is in the log, no socket sees a hole that
/// it would have to read itself, once it stands where the node does.
#[test]
fn repairs_leave_no_holes_to_the_sockets() {
    shuttle::check_random(
        || {
            let node = Node::new();
            let outbox = Outbox::default();
            node.come(1, &outbox);
            node.repair_if(node.topics.settle(node.topic, 0));
            let senders = [1, 1].map(|times| {
                let node = node.clone();
                thread::spawn(move || node.send(times))
            });
            let looker = {
                let node = node.clone();
                thread::spawn(move || node.repair_if(node.topics.nudge(node.topic)))
            };
            for thread in senders {
                thread.join().unwrap();
            }
            looker.join().unwrap();
            node.settle_down();
            let heard: Vec<i64> = std::iter::from_fn(|| outbox.next().now_or_never())
                .map(|delivery| delivery.unwrap().seq.unwrap())
                .collect();
            assert_eq!(heard, [1, 2]);
        },
        ORDERS,
    );
}

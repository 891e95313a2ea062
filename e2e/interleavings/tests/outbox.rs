//! The queue between the hub and a socket.

#![cfg(test)]

use futures_util::future::{Either, select};
use interleavings::ORDERS;
use interleavings::realtime::delivery::event;
use interleavings::realtime::outbox::{Interrupted, MAX_FRAMES, Outbox};
use shared::ids::ChatId;
use shared::topic::Topic;
use shuttle::future::{block_on, yield_now};
use shuttle::thread;
use std::pin::pin;

/// Two write while one reads, who now and then turns to something else: nothing is lost, doubled or
/// slept through, and each writer's order stays.
#[test]
fn whoever_writes_first_each_frame_is_read_once() {
    const EACH: i64 = 3;
    shuttle::check_random(
        || {
            let topic = Topic::Chat(ChatId::new());
            let outbox = Outbox::default();
            let writers = [0, 1].map(|writer| {
                let outbox = outbox.clone();
                thread::spawn(move || {
                    for n in 0..EACH {
                        outbox.push(&event(topic, writer * EACH + n));
                    }
                })
            });
            let read = block_on(async {
                let mut read = Vec::new();
                while read.len() < 2 * EACH as usize {
                    // What a session does in its select: the wait is dropped and begun again.
                    match select(pin!(outbox.next()), pin!(yield_now())).await {
                        Either::Left((delivery, _)) => read.push(delivery.unwrap().seq.unwrap()),
                        Either::Right(_) => read.push(outbox.next().await.unwrap().seq.unwrap()),
                    }
                }
                read
            });
            for writer in writers {
                writer.join().unwrap();
            }
            for writer in [0, 1] {
                let own: Vec<i64> =
                    read.iter().copied().filter(|seq| seq / EACH == writer).collect();
                assert_eq!(own, (writer * EACH..(writer + 1) * EACH).collect::<Vec<_>>());
            }
        },
        ORDERS,
    );
}

/// A reader that is too slow hears that it is, whether it waits already or comes later.
#[test]
fn an_overflow_reaches_the_reader() {
    shuttle::check_random(
        || {
            let topic = Topic::Chat(ChatId::new());
            let outbox = Outbox::default();
            let frame = event(topic, 1);
            let writer = {
                let outbox = outbox.clone();
                thread::spawn(move || {
                    for _ in 0..=2 * MAX_FRAMES {
                        outbox.push(&frame);
                    }
                })
            };
            // One frame in, 257 may wait; whoever reads on and on is never too slow.
            let first = block_on(outbox.next());
            writer.join().unwrap();
            assert!(first.is_ok() || outbox.has_ended());
            assert_eq!(block_on(outbox.next()).unwrap_err(), Interrupted::Ended("too much waited"));
        },
        50,
    );
}

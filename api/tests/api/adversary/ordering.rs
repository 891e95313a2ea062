//! The hub's ordering and the guard's scanner against naive references, with random input.

use crate::support::TestApp;
use api::realtime::bus::memory::MemoryBus;
use api::realtime::guard::Scanner;
use api::realtime::hub::Hub;
use api::realtime::outbox::Outbox;
use api::realtime::stream::Delivery;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use shared::command::MAX_FRAME;
use shared::event::{Event, Noop};
use shared::ids::ChatId;
use shared::topic::Topic;
use std::sync::Arc;

fn seed() -> u64 {
    let seed = rand::random();
    println!("seed {seed}");
    seed
}

fn numbered(topic: Topic, seq: i64) -> Arc<Delivery> {
    Arc::new(Delivery::new(topic, Some(seq), None, Event::Noop(Noop {})))
}

/// Whatever order the bus brings them in, and however often: each once, in order.
#[tokio::test]
async fn the_hub_orders_any_permutation() {
    let app = TestApp::start().await;
    let mut rng = StdRng::seed_from_u64(seed());
    for round in 0..200 {
        let directory = app.app.live.directory().clone();
        let hub = Hub::new(app.app.db.clone(), Arc::new(MemoryBus::default()), directory);
        let (topic, start) = (Topic::Chat(ChatId::new()), rng.random_range(0..50));
        let count = rng.random_range(1..200);
        let mut order: Vec<i64> = (start + 1..=start + count).collect();
        // Some come twice; now and then something old.
        for _ in 0..rng.random_range(0..40) {
            order.push(rng.random_range(0..=start + count));
        }
        order.shuffle(&mut rng);
        let outbox = Outbox::default();
        hub.subscribe(topic, 1, &outbox);
        hub.settle(topic, start);
        for seq in &order {
            hub.receive(numbered(topic, *seq));
        }
        for want in start + 1..=start + count {
            let got = tokio::time::timeout(std::time::Duration::from_secs(5), outbox.next());
            let got = got.await.unwrap_or_else(|_| panic!("round {round}: no {want} of {order:?}"));
            assert_eq!(got.unwrap().seq, Some(want), "round {round}: {order:?}");
        }
        hub.unsubscribe(topic, 1);
        assert_eq!(hub.listeners(topic), 0);
    }
}

/// One frame of a random stream, and whether a careful reader would stop at its header.
struct Frame {
    bytes: Vec<u8>,
    header: usize,
    too_large: bool,
}

fn random_frame(rng: &mut StdRng, message: &mut usize) -> Frame {
    const LENGTHS: [u64; 12] =
        [0, 1, 5, 125, 126, 127, 300, 32_768, 65_535, 65_536, 65_537, 1 << 40];
    let length = LENGTHS[rng.random_range(0..LENGTHS.len())];
    let (fin, opcode) = (rng.random_bool(0.5), rng.random_range(0..16_u8));
    let masked = rng.random_bool(0.8);
    let mut bytes = vec![u8::from(fin) << 7 | opcode];
    let mask = u8::from(masked) << 7;
    // A length may also be written longer than it needs to be.
    match (length, rng.random_bool(0.1)) {
        (0..126, false) => bytes.push(mask | length as u8),
        (0..65_536, false) => {
            bytes.push(mask | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(mask | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    if masked {
        bytes.extend(rng.random::<[u8; 4]>());
    }
    let header = bytes.len();
    let mut too_large = length > MAX_FRAME as u64;
    if opcode & 8 == 0 {
        *message += length.clamp(1, 1 << 20) as usize;
        too_large |= *message > MAX_FRAME;
        if fin {
            *message = 0;
        }
    }
    if !too_large {
        bytes.resize(header + length as usize, 0x55);
    }
    Frame { bytes, header, too_large }
}

#[test]
fn the_scanner_stops_exactly_where_a_careful_reader_would() {
    let mut rng = StdRng::seed_from_u64(seed());
    for round in 0..400 {
        let (mut stream, mut message, mut end) = (Vec::new(), 0, None);
        for _ in 0..rng.random_range(1..12) {
            let frame = random_frame(&mut rng, &mut message);
            let header_ends = stream.len() + frame.header;
            stream.extend(&frame.bytes);
            if frame.too_large {
                end = Some(header_ends);
                break;
            }
        }
        let mut scanner = Scanner::default();
        let (mut at, mut stopped) = (0, None);
        while at < stream.len() && stopped.is_none() {
            let most = if rng.random_bool(0.3) { 4 } else { 100_000 };
            let n = rng.random_range(1..=most).min(stream.len() - at);
            if !scanner.scan(&stream[at..at + n]) {
                stopped = Some(at..at + n);
            }
            at += n;
        }
        match (end, stopped) {
            (None, None) => {}
            (Some(end), Some(chunk)) => assert!(chunk.start < end && end <= chunk.end, "{round}"),
            (end, stopped) => panic!("round {round}: wanted {end:?}, stopped in {stopped:?}"),
        }
    }
}

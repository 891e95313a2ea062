//! Bytes on the wire of a socket (battery W1-W4, W7).

use crate::support::TestApp;
use crate::support::raw::{FIN, KEY, RawSocket, TEXT, frame, header, upgrade};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CLOSE: u8 = FIN | 0x8;
const PING: u8 = FIN | 0x9;

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

/// Frames that break RFC 6455, and the code each deserves.
fn malformed() -> Vec<(String, Vec<u8>, u16)> {
    let mut all: Vec<(String, Vec<u8>, u16)> = Vec::new();
    let mut add = |what: &str, bytes: Vec<u8>, code| all.push((what.to_owned(), bytes, code));
    for bit in [0x40, 0x20, 0x10] {
        add(&format!("reserved bit {bit:#x}"), frame(FIN | bit | TEXT, b"{}"), 1002);
    }
    for opcode in (3..8).chain(11..16) {
        add(&format!("opcode {opcode}"), frame(FIN | opcode, b"x"), 1002);
    }
    add("a ping in fragments", frame(0x9, b"x"), 1002);
    add("a ping of 126 bytes", frame(PING, &[b'x'; 126]), 1002);
    add("a close of 126 bytes", frame(CLOSE, &[3; 126]), 1002);
    add("without a mask", b"\x81\x02{}".to_vec(), 1002);
    add("a continuation of nothing", frame(FIN, b"x"), 1002);
    add("an unfinished continuation of nothing", frame(0, b"x"), 1002);
    let twice = [frame(TEXT, b"{"), frame(FIN | TEXT, b"}")].concat();
    add("a text within a text", twice, 1002);
    add("a text that is not UTF-8", frame(FIN | TEXT, b"\xff\xfe"), 1007);
    let parts = [frame(TEXT, b"\xce"), frame(FIN, b"\xff")].concat();
    add("parts that are not UTF-8", parts, 1007);
    add("a surrogate", frame(FIN | TEXT, b"\xed\xa0\x80"), 1007);
    for code in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535] {
        add(&format!("closing with {code}"), close(code, b""), 1002);
    }
    add("closing with half a code", frame(CLOSE, b"x"), 1002);
    add("closing with a reason that is not UTF-8", close(1000, b"\xff"), 1002);
    all
}

/// Whatever came before it, in the same breath.
#[tokio::test]
async fn w2_what_came_before_a_wrong_frame_is_answered() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let beat = json!({"id": "c2", "type": "heartbeat", "data": {"active": true}}).to_string();
    let beat = frame(FIN | TEXT, beat.as_bytes());
    for (what, wrong, code) in [
        ("not UTF-8", frame(FIN | TEXT, b"\xff"), 1007),
        ("a reserved bit", frame(FIN | 0x40 | TEXT, b"{}"), 1002),
        ("too large", header(FIN | TEXT, 1 << 40), 1009),
    ] {
        let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
        socket.send(&[&beat[..], &beat, &wrong].concat()).await;
        let mut answered = 0;
        let closed = loop {
            let (first, payload) = socket.frame().await.expect(what);
            match first {
                CLOSE => break u16::from_be_bytes(*payload.first_chunk().unwrap()),
                _ if payload.windows(4).any(|part| part == b"\"c2\"") => answered += 1,
                _ => {}
            }
        };
        assert_eq!((answered, closed), (2, code), "{what}");
    }
}

#[tokio::test]
async fn w2_malformed_frames_are_closed_with_their_code() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut bystander = app.user("boris").await.socket().await;
    for (what, bytes, code) in malformed() {
        for is_known in [false, true] {
            let mut socket = RawSocket::open(app.address).await;
            if is_known {
                socket = socket.hello(&anna.token).await;
            }
            socket.send(&bytes).await;
            assert_eq!(socket.closed().await, code, "{what}, known: {is_known}");
        }
        bystander.ask("heartbeat", json!({"active": true})).await;
    }
    // What is allowed is not refused with it.
    let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
    socket
        .send(&[frame(0x1, b""), frame(PING, b"x"), frame(0, b"{"), frame(FIN, b"")].concat())
        .await;
    assert_eq!(socket.closed().await, 4400, "a text in parts, with a ping between them");
    let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
    socket.send(&close(3000, b"bye")).await;
    assert_eq!(socket.closed().await, 3000);
}

#[tokio::test]
async fn w2_random_bytes_never_hurt_anybody_else() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut bystander = app.user("boris").await.socket().await;
    let bad = malformed();
    for round in 0..150 {
        let mut socket = RawSocket::open(app.address).await;
        if rng.random() {
            socket = socket.hello(&anna.token).await;
        }
        let mut bytes = Vec::new();
        for _ in 0..rng.random_range(1..20) {
            let mut payload = vec![0; rng.random_range(0..300)];
            rng.fill(&mut payload[..]);
            match rng.random_range(0..4) {
                0 => bytes.extend(payload),
                1 => bytes.extend(frame(rng.random(), &payload)),
                2 => bytes
                    .extend(header(rng.random(), rng.random::<u64>() >> rng.random_range(0..64))),
                _ => bytes.extend(&bad.choose(&mut rng).unwrap().1),
            }
        }
        // In pieces that end anywhere.
        for piece in bytes.chunks(rng.random_range(1..=bytes.len().max(1))) {
            socket.send(piece).await;
        }
        if round % 10 == 0 {
            bystander.ask("heartbeat", json!({"active": true})).await;
        }
    }
    bystander.ask("heartbeat", json!({"active": true})).await;
    let live = reqwest::get(format!("http://{}/health/live", app.address)).await.unwrap();
    assert_eq!(live.status(), 200);
}

/// Resident memory of this process, which is server and client, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn w3_what_is_too_large_is_closed_before_it_is_taken() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let before = resident();
    for length in [65_537, 1 << 31, 1 << 40, (1 << 63) - 1, u64::MAX] {
        for is_known in [false, true] {
            let mut socket = RawSocket::open(app.address).await;
            if is_known {
                socket = socket.hello(&anna.token).await;
            }
            socket.send(&header(FIN | TEXT, length)).await;
            let began = Instant::now();
            assert_eq!(socket.closed().await, 1009, "{length} bytes, known: {is_known}");
            assert!(began.elapsed() < Duration::from_secs(4), "{length} bytes");
        }
    }
    // Who does not stop is not listened to: nothing of it is kept, and the connection ends.
    let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
    socket.send(&header(FIN | TEXT, 1 << 40)).await;
    socket.pour(256 * 1024 * 1024).await;
    let end = async { while socket.frame().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("the server hangs up");
    // One byte after the other, in one message without an end.
    let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
    let part = frame(0, b"x").repeat(1000);
    socket.send(&frame(TEXT, b"x")).await;
    for _ in 0..70 {
        socket.send(&part).await;
    }
    assert_eq!(socket.closed().await, 1009);
    let grown = resident().saturating_sub(before);
    assert!(grown < 48 * 1024, "{grown} KiB more");
}

/// W4: text frames that are no JSON, or JSON at its edges. Each closes its socket or is answered.
#[tokio::test]
async fn w4_bad_json_closes_or_is_answered() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let deep = |open: &str, n: usize| open.repeat(n);
    let mut texts: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "nul",
        "NaN",
        "-",
        "+1",
        "1.",
        ".1",
        "01",
        "0x1",
        "1e",
        "1e400",
        "-1e400",
        "\"",
        "\"\\",
        "\"\\u",
        "\"\\uD800\"",
        "\"\\uDC00\\uD800\"",
        "\"\\x\"",
        "'a'",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{a:1}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "[1]x",
        "{}{}",
        "/**/{}",
        "// \n{}",
        "\u{feff}{}",
        "\u{0}",
        "{\"a\":\"\u{0}\"}",
        "{\"a\":\"\t\"}",
        "[\u{2028}]",
        "tru",
        "Infinity",
        "{\"\":",
        "[[[[[[",
        "1 000",
        "\"\\uD83D\\u0041\"",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    texts.extend([deep("[", 60_000), deep("{\"a\":", 12_000)].map(String::into_bytes));
    texts.push(b"{\"id\":\"a\",\"type\":\"typing\",\"data\":\xed\xa0\x80}".to_vec());
    for text in &texts {
        let mut socket = RawSocket::open(app.address).await.hello(&anna.token).await;
        socket.send(&frame(FIN | TEXT, text)).await;
        let code = socket.closed().await;
        assert!(matches!(code, 4400 | 1007), "{code}: {}", String::from_utf8_lossy(text));
    }
    // A frame that is right, with something strange inside of it: an answer, and the socket lives.
    let mut socket = anna.socket().await;
    for data in [
        r#"{"chat_id": 1e400}"#,
        r#"{"chat_id": -0}"#,
        r#"{"chat_id": "\u0000"}"#,
        r#"{"chat_id": "\ud800"}"#,
        r#"{"chat_id": "a", "chat_id": "b"}"#,
        r#"{"seq": 9223372036854775808, "chat_id": "00000000-0000-0000-0000-000000000000"}"#,
        r#"[]"#,
        r#""""#,
        r#"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"#,
    ] {
        socket.text(&format!(r#"{{"id":"x","type":"mark_read","data":{data}}}"#)).await;
        let answer = socket.wait(|frame| frame["id"] == "x").await;
        let status = answer["error"]["status"].as_u64().unwrap();
        assert!((400..500).contains(&status), "{data}: {answer}");
    }
}

#[tokio::test]
async fn w7_a_handshake_is_right_or_refused() {
    let app = TestApp::start().await;
    for (version, key, status) in [
        ("13", KEY, 101),
        ("12", KEY, 426),
        ("8", KEY, 426),
        ("x", KEY, 426),
        ("13", "", 400),
        ("13", "Sec-WebSocket-Key: \r\n", 400),
        ("13", "Sec-WebSocket-Key: short\r\n", 400),
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(upgrade(app.address, version, key).as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{version}, {key:?}: {head}");
        if status == 426 {
            assert!(head.contains("sec-websocket-version: 13\r\n"), "{head}");
            assert!(head.contains("upgrade: websocket\r\n"), "{head}");
        }
        if status != 101 {
            assert!(head.contains("application/problem+json"), "{head}");
        }
    }
    // Not an upgrade at all.
    let answer = app.stranger().get("/ws").await;
    assert_eq!(answer.problem(400), "malformed");
}

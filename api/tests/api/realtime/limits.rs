//! Too many sockets, too many commands, too slow a reader (battery W5, W6, R9).

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::raw::{KEY, upgrade};
use crate::support::socket::{Heard, Socket};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// W5.
#[tokio::test]
async fn the_third_flood_closes_with_4429() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let mut bystander = app.user("boris").await.socket().await;
    let mut socket = app.user("anna").await.socket().await;
    for _ in 0..62 {
        socket.command("heartbeat", json!({"active": true})).await;
    }
    let refused = socket.wait(|f| f["type"] == "error").await;
    assert_eq!(refused["error"]["code"], "rate_limited");
    assert!(refused["error"]["retry_after"].as_u64().unwrap() >= 1);
    socket.command("heartbeat", json!({"active": true})).await;
    assert_eq!(socket.closed().await, 4429);
    bystander.ask("heartbeat", json!({"active": true})).await;
}

/// W6.
#[tokio::test]
async fn an_account_has_so_many_sockets_and_no_more() {
    let app = TestApp::with(&[("SPACE_SOCKETS_PER_USER", "2")]).await;
    let anna = app.user("anna").await;
    let (first, second) = (anna.socket().await.stay(), anna.socket().await.stay());
    let one_more = async || {
        let mut socket = Socket::open(app.address).await;
        socket.command("hello", json!({"token": anna.token})).await;
        (socket.hear().await, socket)
    };
    // Before anything else is said or looked up.
    let (refused, _) = one_more().await;
    assert!(matches!(refused, Heard::Closed(4429)), "{refused:?}");
    first.abort();
    // The place is free as soon as the server sees the first one go.
    let mut fourth = loop {
        if let (Heard::Frame(_), socket) = one_more().await {
            break socket;
        }
    };
    assert!(!second.is_finished());
    fourth.ask("heartbeat", json!({"active": true})).await;
}

/// W6.
#[tokio::test]
async fn an_address_has_so_many_silent_sockets_and_no_more() {
    let app = TestApp::with(&[("SPACE_SOCKETS_PER_ADDRESS", "3")]).await;
    let anna = app.user("anna").await;
    let _greeted = anna.socket().await;
    let _silent = [
        Socket::open(app.address).await,
        Socket::open(app.address).await,
        Socket::open(app.address).await,
    ];
    let request = reqwest::Client::new()
        .get(app.url("/ws"))
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
}

/// W6: whoever opens connections and sends half a request loses them again, and keeps nobody out.
#[tokio::test]
async fn half_handshakes_are_hung_up_on() {
    let app = TestApp::start().await;
    let mut halves = Vec::new();
    for n in 0..300 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let half = &upgrade(app.address, "13", KEY)[..1 + n % 120];
        stream.write_all(half.as_bytes()).await.unwrap();
        halves.push(stream);
    }
    let anna = app.user("anna").await;
    anna.socket().await.ask("heartbeat", json!({"active": true})).await;
    let ends = halves.iter_mut().map(async |stream| {
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        assert!(!answer.starts_with(b"HTTP/1.1 101"));
    });
    let all = futures_util::future::join_all(ends);
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("hung up on within 10 s");
}

/// W6: what only calls itself an upgrade takes no turn of those who come for a socket.
#[tokio::test]
async fn slow_requests_that_ask_for_an_upgrade_keep_no_socket_out() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut slow = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let head = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
            app.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let comes = async { anna.socket().await.ask("heartbeat", json!({"active": true})).await };
    // Those others have ten seconds for the rest of what they say.
    tokio::time::timeout(Duration::from_secs(5), comes).await.expect("a socket meanwhile");
}

/// R9.
#[tokio::test]
async fn who_does_not_read_is_closed_and_others_are_not_held_up() {
    let bakery = Bakery::open().await;
    let mut slow = bakery.boris.socket().await;
    slow.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let mut quick = bakery.anna.socket().await;
    quick.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let text = "x".repeat(10_000);
    let mut seen = 0;
    // More than the kernel's buffers, the frames in flight and the queue can hold.
    for _ in 0..1500 {
        send(&bakery.anna, &bakery.chat, &text).await.expect(201);
        seen = quick.frame("new_message").await["seq"].as_i64().unwrap();
        if bakery.app.app.live.hub().listeners(topic(&bakery)) == 1 {
            break;
        }
    }
    // The frame that it does not take may have its ten seconds first.
    let gone = async {
        while bakery.app.app.live.hub().listeners(topic(&bakery)) > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(20), gone).await;
    assert!(gone.is_ok(), "still there after {seen} messages");
    // What it got before, without a hole; then the end. It comes back and gets the rest.
    let mut last = 0;
    let code = loop {
        match slow.hear().await {
            Heard::Frame(frame) if frame["type"] == "new_message" => {
                assert_eq!(frame["seq"], last + 1);
                last += 1;
            }
            Heard::Frame(_) => {}
            Heard::Closed(code) => break code,
        }
    };
    assert!(matches!(code, 4408 | 1006), "{code}");
    let mut back = bakery.boris.socket().await;
    let join = json!({"chat_id": bakery.chat, "after_seq": last});
    let state = back.ask("join_room", join).await;
    if state["recovered"] == true {
        while last < seen {
            assert_eq!(back.frame("new_message").await["seq"], last + 1);
            last += 1;
        }
    }
}

fn topic(bakery: &Bakery) -> shared::topic::Topic {
    format!("chat:{}", bakery.chat).parse().unwrap()
}

/// W5.
#[tokio::test]
async fn pings_count_as_a_flood_too() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let mut socket = app.user("anna").await.socket().await;
    for _ in 0..63 {
        socket.send(Message::Ping(Vec::new().into())).await;
    }
    assert_eq!(socket.closed().await, 4429);
}

//! Peers that are gone without a word (battery R10), and what is left of them.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::raw::RawSocket;
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Longer than the server waits for anything with [`QUICK`], on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);
/// A peer is gone after 2.4 s; 60 s by default.
const QUICK: [(&str, &str); 1] = [("SPACE_HEARTBEAT_SECONDS", "1")];

async fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// R10: it reads nothing and answers no ping, as when its cable was pulled.
#[tokio::test]
async fn r10_a_peer_that_vanishes_is_offline_soon() {
    let bakery = Bakery::at(TestApp::with(&QUICK).await).await;
    let mut anna = bakery.anna.socket().await;
    assert_eq!(anna.connected["heartbeat_seconds"], 1);
    let _vanished = bakery.boris.socket().await;
    let of_boris = |frame: &serde_json::Value, status: &str| {
        frame["data"]["user_id"] == bakery.boris.id() && frame["data"]["status"] == status
    };
    anna.wait(|frame| of_boris(frame, "online")).await;
    let began = Instant::now();
    anna.wait(|frame| of_boris(frame, "offline")).await;
    assert!(began.elapsed() > Duration::from_secs(2), "not before it was silent for long enough");
    assert_eq!(bakery.app.app.live.open_sockets(), 1);
    // Whoever answers pings and says nothing else stays.
    anna.ask("heartbeat", json!({"active": true})).await;
}

/// R10: a peer whose system is there and takes nothing any more holds no connection of ours for ever.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn r10_who_stops_reading_holds_no_connection() {
    let bakery = Bakery::at(TestApp::with(&QUICK).await).await;
    let mut stuck = RawSocket::narrow(bakery.app.address).await.hello(&bakery.boris.token).await;
    stuck.command("join_room", json!({"chat_id": bakery.chat})).await;
    let topic = format!("chat:{}", bakery.chat).parse().unwrap();
    let hub = bakery.app.app.live.hub();
    until("the chat is open", || hub.listeners(topic) == 1).await;
    assert!(is_connected(bakery.app.address, stuck.port()));
    // More than the system keeps for it.
    let text = "x".repeat(10_000);
    while hub.listeners(topic) == 1 {
        send(&bakery.anna, &bakery.chat, &text).await.expect(201);
    }
    until("its socket is over", || bakery.app.app.live.open_sockets() == 0).await;
    let gone = || !is_connected(bakery.app.address, stuck.port());
    until("the system has let go of it", gone).await;
}

/// Whether the server's side of a connection is established.
#[cfg(target_os = "linux")]
fn is_connected(server: SocketAddr, client: u16) -> bool {
    const ESTABLISHED: &str = "01";
    const CLOSING: [&str; 4] = ["04", "08", "09", "0B"];
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table.lines().skip(1).any(|line| {
        let mut parts = line.split_whitespace().skip(1);
        let mut port = || u16::from_str_radix(parts.next()?.split_once(':')?.1, 16).ok();
        let (local, remote) = (port(), port());
        let state = parts.next().unwrap_or_default();
        (local, remote) == (Some(server.port()), Some(client))
            && (state == ESTABLISHED || CLOSING.contains(&state))
    })
}

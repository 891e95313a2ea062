//! The program is stopped: by SIGTERM, as whoever runs it does (battery R14), and by Ctrl-C.

use crate::support::binary::{Serving, api};
use crate::support::client::Client;
use crate::support::database;
use crate::support::files::{form, png};
use crate::support::socket::Socket;
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The program on a database of its own.
async fn serve(data: &tempfile::TempDir) -> Serving {
    let mut command = api(&["serve"], data.path(), &database::fresh().await);
    Serving::start(command.env("SPACE_LISTEN", "127.0.0.1:0")).await
}

/// An upload of which all but the last bytes have come, and those.
async fn begun_upload(who: &Client, name: &str) -> (TcpStream, Vec<u8>) {
    let body = form(name, &png());
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary=edge\r\ncontent-length: {}\r\n\r\n",
        who.token,
        body.len()
    );
    let mut stream = TcpStream::connect(who.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (begin, rest) = body.split_at(body.len() - 20);
    stream.write_all(begin).await.unwrap();
    (stream, rest.to_vec())
}

#[tokio::test]
async fn sigterm_is_told_to_proxies_and_sockets_and_lets_requests_finish() {
    let data = tempfile::tempdir().unwrap();
    let server = serve(&data).await;
    let address = server.address;
    let anna = Client::register(address, "anna").await;
    let mut socket = anna.socket().await;
    let (mut slow, rest) = begun_upload(&anna, "slow.png").await;
    // Never ends: it must not keep the program.
    let (_endless, _) = begun_upload(&anna, "endless.png").await;
    // Both have been taken up once another request on a new connection is answered after them.
    anna.get("/profile/me").await.expect(200);

    let began = Instant::now();
    server.signal("TERM").await;
    assert_eq!(socket.closed().await, 1001);
    let ready = reqwest::get(format!("http://{address}/health/ready")).await.unwrap();
    assert_eq!(ready.status(), 503, "a proxy that asks hears to send nobody any more");

    // Nobody new is taken any more, and the upload goes on.
    while TcpStream::connect(address).await.is_ok() {
        assert!(began.elapsed() < Duration::from_secs(8), "it still listens");
        tokio::task::yield_now().await;
    }
    slow.write_all(&rest).await.unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 201");

    assert!(server.end().await.is_success);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(10), "it took {took:?}");
}

#[tokio::test]
async fn ctrl_c_ends_it_too() {
    let data = tempfile::tempdir().unwrap();
    let server = serve(&data).await;
    let mut socket = Client::register(server.address, "anna").await.socket().await;
    let began = Instant::now();
    server.signal("INT").await;
    assert_eq!(socket.closed().await, 1001);
    assert!(server.end().await.is_success);
    assert!(began.elapsed() < Duration::from_secs(10), "it took {:?}", began.elapsed());
}

/// R14: thousands who come back at once would be too many for who is left.
#[tokio::test]
async fn sockets_are_told_to_come_back_at_moments_of_their_own() {
    let data = tempfile::tempdir().unwrap();
    let server = serve(&data).await;
    let anna = Client::register(server.address, "anna").await;
    // One has not said hello yet.
    let mut sockets = vec![Socket::open(server.address).await];
    while sockets.len() < 8 {
        sockets.push(anna.socket().await);
    }
    server.signal("TERM").await;
    let mut pauses = HashSet::new();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 1001);
        let reason: serde_json::Value = serde_json::from_str(&socket.reason).unwrap();
        let pause = reason["retry_ms"].as_u64().unwrap();
        assert!((500..5000).contains(&pause), "{reason}");
        pauses.insert(pause);
    }
    assert!(pauses.len() > 1, "all eight would come back at once: {pauses:?}");
    assert!(server.end().await.is_success);
}

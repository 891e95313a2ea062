//! The program is stopped: by SIGTERM, as whoever runs it does (battery R14), and by Ctrl-C.

use crate::support::client::Client;
use crate::support::database;
use crate::support::files::{form, png};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The program, and where it listens.
async fn serve(data: &tempfile::TempDir) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_api"))
        .arg("serve")
        .env("DATABASE_URL", database::fresh().await)
        .env("SPACE_DATA_DIR", data.path())
        .env("SPACE_LISTEN", "127.0.0.1:0")
        .env("SPACE_BCRYPT_COST", "4")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("it ended before it listened");
        if let Some(address) = line.strip_prefix("Listening on http://") {
            // What it says later must find a reader.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address.parse().unwrap());
        }
    }
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
    let (mut server, address) = serve(&data).await;
    let anna = Client::register(address, "anna").await;
    let mut socket = anna.socket().await;
    let (mut slow, rest) = begun_upload(&anna, "slow.png").await;
    // Never ends: it must not keep the program.
    let (_endless, _) = begun_upload(&anna, "endless.png").await;
    // Both have been taken up once another request on a new connection is answered after them.
    anna.get("/profile/me").await.expect(200);

    let began = Instant::now();
    let pid = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
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

    let end = tokio::time::timeout(Duration::from_secs(20), server.wait()).await.unwrap();
    assert!(end.unwrap().success());
    let took = began.elapsed();
    assert!(took < Duration::from_secs(10), "it took {took:?}");
}

#[tokio::test]
async fn ctrl_c_ends_it_too() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, address) = serve(&data).await;
    let mut socket = Client::register(address, "anna").await.socket().await;
    let pid = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
    assert_eq!(socket.closed().await, 1001);
    let end = tokio::time::timeout(Duration::from_secs(10), server.wait()).await;
    assert!(end.expect("ten seconds are enough").unwrap().success());
}

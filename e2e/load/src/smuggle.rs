//! Requests that two servers in a row may read differently (battery W8). Sent through a proxy; nobody may
//! get the answer to what was hidden in somebody else's request.

use crate::Place;
use crate::parts::Proxy;
use crate::server::Server;
use anyhow::{Context as _, bail, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Stands in the path of what is hidden, and in the answer to it.
const HIDDEN: &str = "hidden-request";
/// What follows an answer that is whole comes within this.
const QUIET: Duration = Duration::from_millis(40);
const PATIENCE: Duration = Duration::from_secs(10);
/// People who ask after each variant: one of them may get an answer that was not for him.
const VICTIMS: usize = 3;

/// Through HAProxy. Every answer must be that of its own request.
pub async fn run(place: &Place) -> anyhow::Result<()> {
    let server = Server::start(place).await?;
    let proxy = Proxy::start(server.home(), &[server.address]).await?;
    until_served(proxy.address).await?;
    let variants = variants();
    println!("{} requests with something hidden in them", variants.len());
    for (what, bytes) in &variants {
        attempt(proxy.address, bytes).await.with_context(|| what.clone())?;
    }
    server.end().await
}

/// The negative control: behind a proxy that takes whatever comes together for one request.
pub async fn control(place: &Place) -> anyhow::Result<()> {
    let server = Server::start(place).await?;
    let careless = careless(server.address).await?;
    let two = format!(
        "GET /health/live HTTP/1.1\r\nHost: space.test\r\n\r\nGET /api/v1/{HIDDEN} HTTP/1.1\r\nX: "
    );
    let noticed = attempt(careless, two.as_bytes()).await;
    server.end().await?;
    match noticed {
        Err(error) if error.to_string().contains(HIDDEN) => {
            println!(
                "  Noticed, as it should be: somebody else got the answer to the hidden request"
            );
            Ok(())
        }
        other => bail!("the control was not noticed, this test proves nothing: {other:?}"),
    }
}

async fn until_served(address: SocketAddr) -> anyhow::Result<()> {
    let served = async {
        while !ask(address).await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, served).await.context("the proxy does not serve")
}

/// Sends a variant and lets others ask afterwards.
async fn attempt(address: SocketAddr, bytes: &[u8]) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    let own = heard(&mut stream).await;
    ensure!(!own.contains(HIDDEN), "the hidden request was answered: {own}");
    for _ in 0..VICTIMS {
        let answer = ask(address).await?;
        let is_right = answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"ok\"");
        ensure!(is_right, "somebody else got: {answer}");
    }
    Ok(())
}

/// What an innocent caller hears.
async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: space.test\r\nConnection: close\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.context("no answer")??;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What comes until nothing does. A request that is never whole has no answer.
async fn heard(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut part = [0; 4096];
    while let Ok(Ok(count @ 1..)) = timeout(QUIET, stream.read(&mut part)).await {
        all.extend_from_slice(&part[..count]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Ways to say how long a body is that servers have disagreed on.
const LENGTHS: [&str; 34] = [
    "Transfer-Encoding: chunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding:  chunked ",
    " Transfer-Encoding: chunked",
    "\tTransfer-Encoding: chunked",
    "X: y\nTransfer-Encoding: chunked",
    "X: y\rTransfer-Encoding: chunked",
    "Transfer-Encoding\r\n : chunked",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: chunked\r\n x",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: 'chunked'",
    "Transfer-Encoding: CHUNKED",
    "transfer-encoding: Chunked",
    "Transfer_Encoding: chunked",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: \u{c}chunked",
    "Transfer-Encoding: chunked\u{0}",
    "Transfer-Encoding;x: chunked",
    "Transfer-Encoding: gzip, chunked",
    "TE: chunked",
    "Content-Encoding: chunked",
    "Content-Length: 0",
    "Content-Length: +4",
];

/// Each variant's name and bytes.
fn variants() -> Vec<(String, Vec<u8>)> {
    let hidden = format!("GET /api/v1/{HIDDEN} HTTP/1.1\r\nHost: space.test\r\nX: ");
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: space.test\r\nContent-Type: application/json\r\n";
    let mut all = Vec::new();
    for (n, length) in LENGTHS.into_iter().enumerate() {
        // By its length all of it is the body; by its chunks the body ends first.
        let body = format!("0\r\n\r\n{hidden}");
        let size = body.len();
        let mut add =
            |kind: &str, text: String| all.push((format!("{kind} {n}"), text.into_bytes()));
        add("CL.TE", format!("{head}Content-Length: {size}\r\n{length}\r\n\r\n{body}"));
        add("TE.CL first", format!("{head}{length}\r\nContent-Length: {size}\r\n\r\n{body}"));
        // By its length the body ends first; by its chunks all of it is the body.
        let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
        let short = chunk.find('\n').map_or(4, |at| at + 1);
        add("TE.CL", format!("{head}Content-Length: {short}\r\n{length}\r\n\r\n{chunk}"));
        let extension = chunk.replacen("\r\n", ";a=\"\n\";b\r\n", 1);
        add("chunk extension", format!("{head}{length}\r\n\r\n{extension}"));
        let bare =
            format!("{head}{length}\r\nContent-Length: {size}\r\n\r\n").replace("\r\n", "\n");
        add("bare LF", format!("{bare}{body}"));
        let upgrade = "GET /api/v1/ws HTTP/1.1\r\nHost: space.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        add("upgrade", format!("{upgrade}Content-Length: {size}\r\n{length}\r\n\r\n{body}"));
    }
    for (name, lengths) in [
        ("two lengths", "Content-Length: 0\r\nContent-Length: 90"),
        ("a list of lengths", "Content-Length: 0, 90"),
        ("a negative length", "Content-Length: -1"),
        ("a hexadecimal length", "Content-Length: 0x0"),
        ("a length of spaces", "Content-Length:  "),
        ("a huge length", "Content-Length: 18446744073709551616"),
    ] {
        let get =
            format!("GET /health/live HTTP/1.1\r\nHost: space.test\r\n{lengths}\r\n\r\n{hidden}");
        all.push((name.to_owned(), get.into_bytes()));
    }
    all
}

/// A proxy with one connection to the server, on which it takes one answer for whatever it was sent.
async fn careless(server: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let shared = Arc::new(Mutex::new(None::<TcpStream>));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let shared = shared.clone();
            tokio::spawn(async move {
                let mut request = [0; 8192];
                let count = client.read(&mut request).await?;
                let mut link = shared.lock().await;
                let mut to_server = match link.take() {
                    Some(stream) => stream,
                    None => TcpStream::connect(server).await?,
                };
                // It keeps its connection, whatever people want.
                let text =
                    String::from_utf8_lossy(&request[..count]).replace("Connection: close\r\n", "");
                to_server.write_all(text.as_bytes()).await?;
                let answer = timeout(PATIENCE, one_answer(&mut to_server)).await;
                if let Ok(Ok(answer)) = answer {
                    client.write_all(&answer).await?;
                    *link = Some(to_server);
                }
                client.shutdown().await
            });
        }
    });
    Ok(address)
}

/// Head and body of one answer.
async fn one_answer(stream: &mut TcpStream) -> anyhow::Result<Vec<u8>> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&answer).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap_or("0").trim().parse()?;
    let from = answer.len();
    answer.resize(from + length, 0);
    stream.read_exact(&mut answer[from..]).await?;
    Ok(answer)
}

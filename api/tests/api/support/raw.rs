//! A socket spoken by hand: frames that no library would send, and a peer that may stop reading.

use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Bits of a frame's first byte.
pub const FIN: u8 = 0x80;
pub const TEXT: u8 = 0x1;

/// The request of an upgrade, and headers to put into it.
pub fn upgrade(address: SocketAddr, version: &str, key: &str) -> String {
    format!(
        "GET /api/v1/ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: {version}\r\n{key}\r\n"
    )
}

/// A key as browsers send it.
pub const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The header of a masked frame that declares this length. The mask is 0: payloads stay as they are.
pub fn header(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..65_536 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes
}

/// A whole frame.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, payload.len() as u64);
    bytes.extend_from_slice(payload);
    bytes
}

pub struct RawSocket {
    stream: TcpStream,
}

impl RawSocket {
    /// Upgraded; nothing was said.
    pub async fn open(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), address).await
    }

    /// As [`RawSocket::open`], with little room for what was not read.
    pub async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket.connect(address).await.unwrap(), address).await
    }

    async fn over(mut stream: TcpStream, address: SocketAddr) -> Self {
        stream.write_all(upgrade(address, "13", KEY).as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self { stream }
    }

    /// Says hello and waits for the answer.
    pub async fn hello(mut self, token: &str) -> Self {
        self.command("hello", json!({"token": token})).await;
        let (first, text) = self.frame().await.expect("an answer to hello");
        assert!(first == FIN | TEXT && text.starts_with(b"{"), "{first}");
        self
    }

    pub async fn command(&mut self, kind: &str, data: serde_json::Value) {
        let text = json!({"id": "c1", "type": kind, "data": data}).to_string();
        self.send(&frame(FIN | TEXT, text.as_bytes())).await;
    }

    /// Sends bytes; the server may have hung up before it has taken them all.
    pub async fn send(&mut self, bytes: &[u8]) {
        drop(self.stream.write_all(bytes).await);
    }

    /// Sends so many zeros, or as many as the server takes before it hangs up.
    pub async fn pour(&mut self, most: usize) {
        let part = vec![0; 64 * 1024];
        let mut poured = 0;
        while poured < most && self.stream.write_all(&part).await.is_ok() {
            poured += part.len();
        }
    }

    /// The next frame: first byte and payload; `None` once the server has hung up.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        let length = match self.stream.read_u8().await.ok()? {
            126 => u64::from(self.stream.read_u16().await.ok()?),
            127 => self.stream.read_u64().await.ok()?,
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    }

    /// The code it is closed with; 1006 where it ends without one.
    pub async fn closed(&mut self) -> u16 {
        while let Some((first, payload)) = self.frame().await {
            if first == FIN | 0x8 {
                return payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
            }
        }
        1006
    }

    pub fn port(&self) -> u16 {
        self.stream.local_addr().unwrap().port()
    }
}

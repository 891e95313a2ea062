//! A person at the socket.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long an expected frame may take; longer than the server waits for anything.
const PATIENCE: Duration = Duration::from_secs(15);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u32,
    /// Frames that were read while waiting for another one.
    seen: Vec<Value>,
    /// The data of `connected`.
    pub connected: Value,
    /// What the server said when it closed.
    pub reason: String,
}

/// What came.
#[derive(Debug)]
pub enum Heard {
    Frame(Value),
    Closed(u16),
}

impl Socket {
    /// Opens a socket and says nothing.
    pub async fn open(address: SocketAddr) -> Self {
        let mut request = format!("ws://{address}/api/v1/ws").into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", "the-space.v1".parse().unwrap());
        let (stream, response) = connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "the-space.v1");
        Self { stream, next_id: 0, seen: Vec::new(), connected: Value::Null, reason: String::new() }
    }

    /// Opens a socket and says hello.
    pub async fn hello(address: SocketAddr, token: &str, cursors: Value) -> Self {
        let mut socket = Self::open(address).await;
        socket.command("hello", json!({"token": token, "cursors": cursors})).await;
        socket.connected = socket.frame("connected").await["data"].take();
        socket
    }

    /// Sends a command; returns its id.
    pub async fn command(&mut self, kind: &str, data: Value) -> String {
        self.next_id += 1;
        let id = format!("c{}", self.next_id);
        self.text(&json!({"id": id, "type": kind, "data": data}).to_string()).await;
        id
    }

    pub async fn text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Sends a command and returns the data of its ack (or of `joined_room`).
    pub async fn ask(&mut self, kind: &str, data: Value) -> Value {
        let id = self.command(kind, data).await;
        let mut answer = self.wait(|frame| frame["id"] == json!(id)).await;
        assert_ne!(answer["type"], "error", "{answer}");
        answer["data"].take()
    }

    /// Sends a command and returns the code of the error it must bring.
    pub async fn refused(&mut self, kind: &str, data: Value) -> String {
        let id = self.command(kind, data).await;
        let answer = self.wait(|frame| frame["id"] == json!(id)).await;
        assert_eq!(answer["type"], "error", "{answer}");
        answer["error"]["code"].as_str().unwrap().into()
    }

    /// The next frame of a type, keeping what comes before it for later.
    pub async fn frame(&mut self, kind: &str) -> Value {
        self.wait(|frame| frame["type"] == kind).await
    }

    /// The next frame that matches, keeping others for later.
    pub async fn wait(&mut self, matches: impl Fn(&Value) -> bool) -> Value {
        if let Some(found) = self.seen.iter().position(&matches) {
            return self.seen.remove(found);
        }
        loop {
            match self.hear().await {
                Heard::Frame(frame) if matches(&frame) => return frame,
                Heard::Frame(frame) => self.seen.push(frame),
                Heard::Closed(code) => panic!("closed with {code}; before: {:?}", self.seen),
            }
        }
    }

    /// The code the server closes with.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }

    /// Answers pings from now on, and hears nothing; ends with the code the server closes with.
    pub fn stay(mut self) -> tokio::task::JoinHandle<u16> {
        tokio::spawn(async move {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(reason))) => {
                        return reason.map_or(1005, |reason| reason.code.into());
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return 1006,
                }
            }
        })
    }

    /// Everything that arrives before the answer to a round trip; proves what did not come.
    pub async fn drain(&mut self) -> Vec<Value> {
        self.ask("heartbeat", json!({"active": true})).await;
        std::mem::take(&mut self.seen)
    }

    /// What comes next.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let next = timeout(PATIENCE, self.stream.next());
            match next.await.unwrap_or_else(|_| panic!("nothing came; before: {:?}", self.seen)) {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Frame(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(None))) => return Heard::Closed(1005),
                Some(Ok(Message::Close(Some(frame)))) => {
                    self.reason = frame.reason.to_string();
                    return Heard::Closed(frame.code.into());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }
}

//! A socket that has said hello and opened its chats.

use crate::book::{Book, lock};
use crate::client::Client;
use crate::mailbox::Mailbox;
use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::command::{Command, CommandFrame, Heartbeat, Hello, JoinRoom, SUBPROTOCOL, SendTo};
use shared::event::{JoinedRoom, ServerFrame};
use shared::ids::ChatId;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// An answer that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<bool>>>>;

/// Sends commands over an open socket.
#[derive(Clone)]
pub struct Link {
    commands: mpsc::UnboundedSender<CommandFrame>,
    waiting: Waiting,
}

/// An open socket; [`Socket::pump`] makes it live.
pub struct Socket {
    stream: Stream,
    commands: mpsc::UnboundedReceiver<CommandFrame>,
    waiting: Replies,
}

struct Replies(Waiting);

/// How a socket ended.
pub struct Closed {
    pub code: u16,
    pub reason: String,
}

impl Link {
    /// Sends a message and waits for the acknowledgement.
    pub async fn send(&self, message: SendTo) -> anyhow::Result<()> {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(id.clone(), sender);
        let command = Command::SendMessage(message);
        self.commands.send(CommandFrame { id, command }).context("the socket is closed")?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => bail!("the command was refused"),
            Ok(Err(_)) => bail!("the socket closed before the answer"),
            Err(_) => bail!("no answer within {PATIENCE:?}"),
        }
    }

    /// Says that the person is there.
    pub fn beat(&self) -> anyhow::Result<()> {
        let command = Command::Heartbeat(Heartbeat { active: true });
        let id = "beat".to_owned();
        self.commands.send(CommandFrame { id, command }).context("the socket is closed")
    }
}

impl Socket {
    /// Connects and says hello.
    pub async fn open(client: &Client) -> anyhow::Result<(Self, Link)> {
        let mut request = format!("ws://{}/api/v1/ws", client.address).into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse()?);
        let (mut stream, _) = tokio::time::timeout(PATIENCE, connect_async(request)).await??;
        let hello = Hello { token: client.token.clone(), cursors: BTreeMap::new(), epoch: None };
        send(&mut stream, "hello", Command::Hello(hello)).await?;
        loop {
            match tokio::time::timeout(PATIENCE, stream.next()).await? {
                Some(Ok(Message::Text(text))) => {
                    if let ServerFrame::Connected(_) = ServerFrame::parse(&text)? {
                        break;
                    }
                }
                Some(Ok(Message::Close(reason))) => bail!("closed: {reason:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => bail!("closed"),
            }
        }
        let (sender, commands) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        let link = Link { commands: sender, waiting: waiting.clone() };
        Ok((Self { stream, commands, waiting: Replies(waiting) }, link))
    }

    /// The port on our side.
    pub fn port(&self) -> anyhow::Result<u16> {
        match self.stream.get_ref() {
            MaybeTlsStream::Plain(stream) => Ok(stream.local_addr()?.port()),
            _ => bail!("not a plain connection"),
        }
    }

    /// Opens a chat and waits until it is open.
    pub async fn enter(mut self, chat_id: ChatId) -> anyhow::Result<Self> {
        let join = JoinRoom { chat_id, after_seq: None };
        send(&mut self.stream, "enter", Command::JoinRoom(join)).await?;
        while let Some(message) = tokio::time::timeout(PATIENCE, self.stream.next()).await? {
            match message? {
                Message::Text(text) => {
                    if let ServerFrame::JoinedRoom { .. } = ServerFrame::parse(&text)? {
                        return Ok(self);
                    }
                }
                Message::Close(reason) => bail!("closed: {reason:?}"),
                _ => {}
            }
        }
        bail!("closed")
    }

    /// The next frame with this in it.
    pub async fn text_with(&mut self, needle: &str) -> anyhow::Result<String> {
        while let Some(message) = tokio::time::timeout(PATIENCE, self.stream.next()).await? {
            match message? {
                Message::Text(text) if text.contains(needle) => return Ok(text.to_string()),
                _ => {}
            }
        }
        bail!("closed")
    }

    /// Counts frames with this in them until the socket ends: cheap enough for thousands.
    pub async fn count(self, needle: &str, heard: &AtomicUsize) {
        Plain(self.stream).count(needle, heard).await;
    }

    /// Reads until the end, and how the server announced it.
    pub async fn until_closed(mut self) -> Option<Closed> {
        while let Some(Ok(message)) = self.stream.next().await {
            if let Message::Close(frame) = message {
                let frame = frame?;
                return Some(Closed { code: frame.code.into(), reason: frame.reason.to_string() });
            }
        }
        None
    }

    /// Opens the chats where the mailbox left off, and fills it until the socket ends.
    pub async fn pump(
        mut self,
        client: &Client,
        chats: &[ChatId],
        mailbox: &Mailbox,
        book: &Book,
    ) -> anyhow::Result<()> {
        for chat_id in chats {
            let join = JoinRoom { chat_id: *chat_id, after_seq: Some(mailbox.cursor(*chat_id)) };
            send(&mut self.stream, &format!("join-{chat_id}"), Command::JoinRoom(join)).await?;
        }
        loop {
            let message = tokio::select! {
                message = self.stream.next() => message,
                command = self.commands.recv() => {
                    let Some(command) = command else { return Ok(()) };
                    let text = serde_json::to_string(&command)?;
                    self.stream.send(Message::text(text)).await?;
                    continue;
                }
            };
            let text = match message {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Err(error.into()),
            };
            match ServerFrame::parse(&text)? {
                ServerFrame::Event(frame) => {
                    if let Some(text) = mailbox.take(&frame) {
                        book.see(&text);
                    }
                }
                ServerFrame::JoinedRoom { data, .. } if !data.recovered => {
                    refetch(client, data, mailbox).await?;
                }
                ServerFrame::JoinedRoom { .. } | ServerFrame::Connected(_) => {}
                ServerFrame::Ack { id, .. } => self.answer(&id, true),
                ServerFrame::Error { id: Some(id), .. } if id.starts_with("join-") => {
                    bail!("could not open a chat: {text}")
                }
                ServerFrame::Error { id, .. } => self.answer(&id.unwrap_or_default(), false),
            }
        }
    }

    fn answer(&self, id: &str, done: bool) {
        if let Some(waiting) = lock(&self.waiting.0).remove(id) {
            let _ = waiting.send(done);
        }
    }
}

impl Drop for Replies {
    fn drop(&mut self) {
        // Who waits for an answer learns that none will come.
        lock(&self.0).clear();
    }
}

/// A socket that only listens.
pub struct Plain(Stream);

/// A socket at a bare server, which has answered a frame as long as a hello.
pub async fn bare_socket(address: SocketAddr) -> anyhow::Result<Plain> {
    let (mut stream, _) = connect_async(format!("ws://{address}/")).await?;
    stream.send(Message::text("x".repeat(900))).await?;
    stream.next().await.context("no answer")??;
    Ok(Plain(stream))
}

impl Plain {
    /// As [`Socket::count`].
    pub async fn count(mut self, needle: &str, heard: &AtomicUsize) {
        while let Some(Ok(message)) = self.0.next().await {
            if matches!(&message, Message::Text(text) if text.contains(needle)) {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

async fn send(stream: &mut Stream, id: &str, command: Command) -> anyhow::Result<()> {
    let frame = CommandFrame { id: id.to_owned(), command };
    Ok(stream.send(Message::text(serde_json::to_string(&frame)?)).await?)
}

/// `recovered: false`: fetch that state anew.
async fn refetch(client: &Client, joined: JoinedRoom, mailbox: &Mailbox) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    let mut last = mailbox.last_message(joined.chat_id);
    loop {
        let page = client.after(joined.chat_id, last).await?;
        missed.extend(page.items.iter().map(|message| (message.id, message.seq)));
        last = page.items.last().map_or(last, |message| message.seq);
        if !page.has_after {
            break;
        }
    }
    mailbox.refetch(joined, &missed);
    Ok(())
}

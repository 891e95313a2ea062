//! What Redis keeps for topics and limits, in bytes: `load sizes` counts with it.

use crate::parts::Redis;
use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

/// So many of each are measured.
const MANY: usize = 50_000;
/// Commands that go out together.
const TOGETHER: usize = 1000;

/// `load redis`.
pub async fn run() -> anyhow::Result<()> {
    let redis = Redis::start().await?;
    let address = redis.url().trim_start_matches("redis://").to_owned();
    let mut asks = Wire::open(&address).await?;
    let topics: Vec<String> = (0..MANY).map(|_| format!("space:chat:{}", Uuid::now_v7())).collect();
    let limits: Vec<String> =
        (0..MANY).map(|_| format!("space:limit:account:{}", Uuid::now_v7())).collect();
    let mut before = asks.memory().await?;
    let mut told = |what: &str, after: usize| {
        println!("{what}: {} bytes", after.saturating_sub(before) / MANY);
        before = after;
    };
    let mut nodes = Vec::new();
    for what in ["a topic that one node hears", "one more node that hears it"] {
        let mut node = Wire::open(&address).await?;
        for part in topics.chunks(TOGETHER) {
            let names: Vec<&str> = part.iter().map(String::as_str).collect();
            node.send(&[&["SUBSCRIBE"], names.as_slice()].concat()).await?;
            node.answers(":", part.len()).await?;
        }
        nodes.push(node);
        told(what, asks.memory().await?);
    }
    for part in limits.chunks(TOGETHER) {
        for name in part {
            asks.send(&["SET", name, "1790000000000000", "PX", "600000"]).await?;
        }
        asks.answers("+OK", part.len()).await?;
    }
    told("a limit in use", asks.memory().await?);
    Ok(())
}

/// A connection that speaks Redis' protocol.
struct Wire(TcpStream);

impl Wire {
    async fn open(address: &str) -> anyhow::Result<Self> {
        Ok(Self(TcpStream::connect(address).await?))
    }

    async fn send(&mut self, command: &[&str]) -> anyhow::Result<()> {
        let mut text = format!("*{}\r\n", command.len());
        for part in command {
            text.push_str(&format!("${}\r\n{part}\r\n", part.len()));
        }
        Ok(self.0.write_all(text.as_bytes()).await?)
    }

    /// Reads on until so many lines have begun like this.
    async fn answers(&mut self, beginning: &str, count: usize) -> anyhow::Result<String> {
        let (mut text, mut buffer) = (String::new(), vec![0; 1 << 16]);
        while !text.ends_with("\r\n")
            || text.lines().filter(|line| line.starts_with(beginning)).count() < count
        {
            let read = self.0.read(&mut buffer).await?;
            ensure!(read > 0, "Redis closed the connection");
            text.push_str(std::str::from_utf8(&buffer[..read])?);
        }
        Ok(text)
    }

    /// What Redis has allocated. Buffers of connections are not what is measured: they are empty by now.
    async fn memory(&mut self) -> anyhow::Result<usize> {
        self.send(&["INFO", "memory"]).await?;
        let text = self.answers("used_memory:", 1).await?;
        let line = text.lines().find_map(|line| line.strip_prefix("used_memory:"));
        Ok(line.context("no used_memory")?.trim().parse()?)
    }
}

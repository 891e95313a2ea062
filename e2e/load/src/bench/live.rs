use super::sending::Senders;
use crate::book::{Book, lock};
use crate::client::Client;
use crate::mailbox::Mailbox;
use crate::server::Server;
use crate::socket::Socket;
use crate::stats::Times;
use anyhow::{Context as _, ensure};
use shared::chat::SendMessage;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Sends a second, whether the server keeps up or not.
const RATE: u64 = 1000;
/// So many before them open connections and prepare statements, and are not counted.
const WARMING: u64 = RATE;
const PEOPLE: usize = 100;
const CHATS: usize = 20;

/// From sending a message to the socket of somebody who has the chat open: 100 people send to 20
/// chats at a fixed pace.
pub async fn seen(server: &Server, seconds: u64, runs: u32) -> anyhow::Result<Times> {
    let senders = Senders::gather(server, "seen", PEOPLE, CHATS).await?.0;
    let listener = Client::register(server.address, "seen_listener").await?;
    let space = senders[0].0.spaces().await?.items;
    listener.join(space.first().context("no space")?.id).await?;
    let book = Arc::new(Book::new()?);
    let (socket, link) = Socket::open(&listener).await?;
    let mailbox = Arc::new(Mailbox::default());
    let chats: Vec<_> = senders.iter().take(CHATS).map(|(_, chat)| *chat).collect();
    let (ears, pages) = (mailbox.clone(), book.clone());
    let pump = tokio::spawn(async move {
        // The link keeps the socket open.
        let _link = link;
        socket.pump(&listener, &chats, &ears, &pages).await
    });
    let total = RATE * seconds * u64::from(runs);
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    let mut sends = JoinSet::new();
    for n in 0..WARMING + total {
        ticks.tick().await;
        let (client, chat) = senders[usize::try_from(n)? % senders.len()].clone();
        let book = book.clone();
        sends.spawn(async move {
            let nonce = Uuid::now_v7().to_string();
            let content = format!("Is the bread ready? {nonce}");
            if n >= WARMING {
                book.say(&content);
            }
            let body = SendMessage { content, nonce, ..SendMessage::default() };
            client.send(chat, &body).await.map(drop)
        });
        while let Some(done) = sends.try_join_next() {
            done??;
        }
    }
    while let Some(done) = sends.join_next().await {
        done??;
    }
    let began = Instant::now();
    while lock(&book.seen).count() < total {
        ensure!(began.elapsed() < Duration::from_secs(30), "not everything arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    pump.abort();
    let mut seen = lock(&book.seen);
    Ok(std::mem::replace(&mut *seen, Times::new()?))
}

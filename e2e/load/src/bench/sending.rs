use crate::client::Client;
use crate::server::Server;
use crate::stats::Times;
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Requests at the same time.
const TOGETHER: usize = 16;

/// What the machine and the server can do at most.
pub struct Reference {
    pub per_second: f64,
    pub alone: Times,
}

pub struct Sends {
    pub per_second: f64,
    pub times: Times,
}

/// The cheapest request: alone, and many at a time.
pub async fn reference(client: &Client, seconds: u64) -> anyhow::Result<Reference> {
    let mut alone = Times::new()?;
    for _ in 0..500 {
        let began = Instant::now();
        client.live().await?;
        alone.since(began);
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..TOGETHER {
        let client = client.clone();
        tasks.spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < end {
                client.live().await?;
                done += 1;
            }
            anyhow::Ok(done)
        });
    }
    let mut done = 0.0;
    while let Some(task) = tasks.join_next().await {
        done += f64::from(task??);
    }
    Ok(Reference { per_second: done / began.elapsed().as_secs_f64(), alone })
}

/// Messages of many people to a few chats, each answered only when it is on disk.
pub async fn durable(server: &Server, seconds: u64) -> anyhow::Result<Sends> {
    let owner = Client::register(server.address, "sends_owner").await?;
    let space = owner.create_space("Durable sends").await?;
    let mut chats: Vec<ChatId> = space.default_chat_id.into_iter().collect();
    for n in 1..4 {
        chats.push(owner.create_chat(space.id, &format!("chat {n}")).await?.id);
    }
    let mut people = Vec::new();
    for n in 0..TOGETHER {
        let client = Client::register(server.address, &format!("sender_{n}")).await?;
        client.join(space.id).await?;
        people.push((client, chats[n % chats.len()]));
    }
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for (client, chat) in people {
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let nonce = Uuid::now_v7().to_string();
                let content = format!("Is the bread ready? {nonce}");
                let sent = Instant::now();
                client
                    .send(chat, &SendMessage { content, nonce, ..SendMessage::default() })
                    .await?;
                times.push(sent.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Times::new()?;
    while let Some(task) = tasks.join_next().await {
        task??.into_iter().for_each(|time| times.add(time));
    }
    let per_second = times.count() as f64 / began.elapsed().as_secs_f64();
    Ok(Sends { per_second, times })
}

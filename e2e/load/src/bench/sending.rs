use crate::client::Client;
use crate::server::Server;
use crate::stats::Times;
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// People who each write to one chat.
pub struct Senders(pub Vec<(Client, ChatId)>);

/// The cheapest request, one after the other.
pub async fn cheapest(client: &Client, times: &mut Times) -> anyhow::Result<()> {
    for _ in 0..200 {
        let began = Instant::now();
        client.live().await?;
        times.since(began);
    }
    Ok(())
}

impl Senders {
    /// So many people, and so many chats between them.
    pub async fn gather(
        server: &Server,
        name: &str,
        people: usize,
        chats: usize,
    ) -> anyhow::Result<Self> {
        let owner = Client::register(server.address, &format!("{name}_owner")).await?;
        let space = owner.create_space(&format!("The {name}")).await?;
        let mut rooms: Vec<ChatId> = space.default_chat_id.into_iter().collect();
        for n in 1..chats {
            rooms.push(owner.create_chat(space.id, &format!("chat {n}")).await?.id);
        }
        let mut senders = Vec::new();
        for n in 0..people {
            let client = Client::register(server.address, &format!("{name}_{n}")).await?;
            client.join(space.id).await?;
            senders.push((client, rooms[n % rooms.len()]));
        }
        Ok(Self(senders))
    }

    /// Each sends as fast as he is answered; each answer comes when the message is on disk. Returns
    /// messages a second, and adds the times of each.
    pub async fn send(&self, seconds: u64, times: &mut Times) -> anyhow::Result<f64> {
        let began = Instant::now();
        let end = began + Duration::from_secs(seconds);
        let mut tasks = JoinSet::new();
        for (client, chat) in self.0.clone() {
            tasks.spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let nonce = Uuid::now_v7().to_string();
                    let content = format!("Is the bread ready? {nonce}");
                    let sent = Instant::now();
                    let body = SendMessage { content, nonce, ..SendMessage::default() };
                    client.send(chat, &body).await?;
                    times.push(sent.elapsed());
                }
                anyhow::Ok(times)
            });
        }
        let mut count = 0_u32;
        while let Some(task) = tasks.join_next().await {
            for time in task?? {
                times.add(time);
                count += 1;
            }
        }
        Ok(f64::from(count) / began.elapsed().as_secs_f64())
    }
}

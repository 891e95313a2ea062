use crate::book::Book;
use crate::client::Client;
use crate::mailbox::Mailbox;
use crate::server::Server;
use crate::socket::Socket;
use crate::stats::Times;
use anyhow::ensure;
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Sockets that hear one chat.
struct Audience {
    owner: Client,
    chat: ChatId,
    book: Arc<Book>,
    mailboxes: Vec<Arc<Mailbox>>,
    pumps: JoinSet<()>,
}

impl Audience {
    async fn gather(server: &Server, name: &str, sockets: usize) -> anyhow::Result<Self> {
        let owner = Client::register(server.address, &format!("{name}_owner")).await?;
        let space = owner.create_space(&format!("The {name}")).await?;
        let chat = owner.create_chat(space.id, "stage").await?.id;
        let book = Arc::new(Book::new()?);
        let (mut mailboxes, mut pumps) = (Vec::new(), JoinSet::new());
        // Ten sockets is the most a person may have.
        let mut client = owner.clone();
        for n in 0..sockets {
            if n % 10 == 0 {
                client = Client::register(server.address, &format!("{name}_{n}")).await?;
                client.join(space.id).await?;
            }
            let (socket, link) = Socket::open(&client).await?;
            let mailbox = Arc::new(Mailbox::default());
            mailboxes.push(mailbox.clone());
            let (client, book) = (client.clone(), book.clone());
            pumps.spawn(async move {
                // The link keeps the socket open.
                let _link = link;
                let _ = socket.pump(&client, &[chat], &mailbox, &book).await;
            });
        }
        let mut audience = Self { owner, chat, book, mailboxes, pumps };
        audience.send().await?;
        audience.wait(1).await?;
        audience.book = audience.book.clone();
        Ok(audience)
    }

    async fn send(&self) -> anyhow::Result<()> {
        let nonce = Uuid::now_v7().to_string();
        let content = format!("Is the bread ready? {nonce}");
        self.book.say(&content);
        self.owner
            .send(self.chat, &SendMessage { content, nonce, ..SendMessage::default() })
            .await?;
        Ok(())
    }

    /// Until every socket has shown the message of this `seq`.
    async fn wait(&self, seq: i64) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.mailboxes.iter().any(|mailbox| mailbox.last_message(self.chat) < seq) {
            ensure!(began.elapsed() < Duration::from_secs(60), "not everything arrives");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
}

/// From sending a message to each of ten sockets, at an easy pace.
pub async fn latency(server: &Server, seconds: u64) -> anyhow::Result<Times> {
    let mut audience = Audience::gather(server, "latency", 10).await?;
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let messages = i64::try_from(seconds)? * 20;
    for _ in 0..messages {
        ticks.tick().await;
        audience.send().await?;
    }
    audience.wait(messages + 1).await?;
    audience.pumps.shutdown().await;
    let mut seen = crate::book::lock(&audience.book.seen);
    Ok(std::mem::replace(&mut *seen, Times::new()?))
}

/// Deliveries a second of one chat to many sockets.
pub async fn fan_out(server: &Server, sockets: u16) -> anyhow::Result<f64> {
    let mut audience = Audience::gather(server, "fan_out", sockets.into()).await?;
    let messages = 200;
    let began = Instant::now();
    for _ in 0..messages {
        audience.send().await?;
    }
    audience.wait(messages + 1).await?;
    let took = began.elapsed().as_secs_f64();
    audience.pumps.shutdown().await;
    Ok(messages as f64 * f64::from(sockets) / took)
}

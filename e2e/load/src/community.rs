//! A space with chats and people who talk and listen.

use crate::book::Book;
use crate::client::Client;
use crate::person::Person;
use shared::ids::ChatId;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// How long everything may take to arrive after the last word.
const QUIET: Duration = Duration::from_secs(30);

/// See the module.
pub struct Community {
    pub chats: Vec<ChatId>,
    pub people: Vec<Arc<Person>>,
    pub book: Arc<Book>,
    /// People talk as long as this is set.
    pub talking: Arc<AtomicBool>,
}

impl Community {
    /// A new space with so many people and chats; everybody hears everything.
    pub async fn gather(server: SocketAddr, people: usize, chats: usize) -> anyhow::Result<Self> {
        let owner = Client::register(server, "anna").await?;
        let space = owner.create_space("The load test").await?;
        let mut ids: Vec<ChatId> = space.default_chat_id.into_iter().collect();
        for n in 1..chats {
            ids.push(owner.create_chat(space.id, &format!("chat {n}")).await?.id);
        }
        let mut all = vec![Arc::new(Person::new(owner))];
        for n in 1..people {
            let client = Client::register(server, &format!("person_{n}")).await?;
            client.join(space.id).await?;
            all.push(Arc::new(Person::new(client)));
        }
        Ok(Self {
            chats: ids,
            people: all,
            book: Arc::new(Book::new()?),
            talking: Arc::new(AtomicBool::new(true)),
        })
    }

    /// Waits until every socket has shown everything, or the time is over: the ledger tells.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + QUIET;
        let reader = &self.people[0].client;
        while Instant::now() < deadline {
            let chats = reader.chats().await?.items;
            let behind = |person: &Arc<Person>| {
                chats.iter().any(|chat| person.mailbox.last_message(chat.id) < chat.last_seq)
            };
            if !self.people.iter().any(behind) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

//! Somebody who talks through REST and his socket, hears through the socket, and comes back when
//! it breaks.

use crate::book::{Book, lock};
use crate::client::{Client, Refused};
use crate::mailbox::Mailbox;
use crate::socket::{Link, Socket};
use rand::Rng as _;
use shared::chat::SendMessage;
use shared::command::SendTo;
use shared::ids::ChatId;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// See the module.
pub struct Person {
    pub client: Client,
    pub mailbox: Mailbox,
    link: Mutex<Option<Link>>,
}

/// How somebody talks.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// From one message to the next.
    pub pause: Duration,
    /// So many letters more in each message.
    pub padding: usize,
    /// Breaks his socket after about this time, again and again.
    pub breaks: Option<Duration>,
    /// A repeat gets a fresh nonce: the ledger must notice.
    pub forgetful: bool,
    /// Takes every answer for an acknowledgement: the ledger must notice.
    pub hasty: bool,
    /// How long a message is repeated before it is given up.
    pub patience: Duration,
}

impl Manner {
    /// Says something, pauses, and repeats for a minute and a half what was not acknowledged.
    pub const fn with_pause(pause: Duration) -> Self {
        Self {
            pause,
            padding: 0,
            breaks: None,
            forgetful: false,
            hasty: false,
            patience: Duration::from_secs(90),
        }
    }
}

impl Person {
    pub fn new(client: Client) -> Self {
        Self { client, mailbox: Mailbox::default(), link: Mutex::new(None) }
    }

    /// Hears until told to stop.
    pub async fn listen(&self, chats: &[ChatId], book: &Book, manner: Manner, on: &AtomicBool) {
        while on.load(Ordering::Relaxed) {
            if let Ok((socket, link)) = Socket::open(&self.client).await {
                *lock(&self.link) = Some(link);
                let pump = socket.pump(&self.client, chats, &self.mailbox, book);
                let ended = match manner.breaks {
                    None => pump.await,
                    Some(about) => {
                        let life = about.mul_f64(rand::rng().random_range(0.2..1.8));
                        tokio::time::timeout(life, pump).await.unwrap_or(Ok(()))
                    }
                };
                *lock(&self.link) = None;
                if let Err(error) = ended
                    && manner.breaks.is_none()
                    && std::env::var_os("LOAD_VERBOSE").is_some()
                {
                    eprintln!("socket: {error:#}");
                }
            }
            // As a client does: not all at once, not at full speed.
            let pause = rand::rng().random_range(20..120);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Talks until told to stop; every message is repeated until it is acknowledged.
    pub async fn talk(
        &self,
        chats: &[ChatId],
        book: &Book,
        manner: Manner,
        on: &AtomicBool,
    ) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(manner.pause);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut by_socket = false;
        while on.load(Ordering::Relaxed) {
            ticks.tick().await;
            let chat = chats[rand::rng().random_range(0..chats.len())];
            let padding = "!".repeat(manner.padding);
            let text = format!("Is the bread ready? {}{padding}", Uuid::now_v7());
            by_socket = !by_socket;
            book.say(&text);
            self.say(chat, &text, by_socket, manner).await?;
            book.acknowledge(&text);
        }
        Ok(())
    }

    async fn say(
        &self,
        chat: ChatId,
        text: &str,
        by_socket: bool,
        manner: Manner,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + manner.patience;
        let mut nonce = Uuid::now_v7().to_string();
        loop {
            match self.once(chat, text, &nonce, by_socket).await {
                Ok(()) => return Ok(()),
                Err(error)
                    if error.is::<Refused>() || error.downcast_ref::<Refused>().is_some() =>
                {
                    return Err(error);
                }
                Err(_) if manner.hasty => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    return Err(error.context("given up"));
                }
                Err(_) => {}
            }
            if manner.forgetful {
                nonce = Uuid::now_v7().to_string();
            }
            let pause = rand::rng().random_range(20..100);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn once(
        &self,
        chat_id: ChatId,
        text: &str,
        nonce: &str,
        by_socket: bool,
    ) -> anyhow::Result<()> {
        let link = lock(&self.link).clone().filter(|_| by_socket);
        let (content, nonce) = (text.to_owned(), nonce.to_owned());
        match link {
            Some(link) => {
                link.send(SendTo {
                    chat_id,
                    content,
                    nonce,
                    reply_to: None,
                    thread_root: None,
                    attachment_ids: Vec::new(),
                    sticker_id: None,
                    forward_of: None,
                })
                .await
            }
            None => {
                let body = SendMessage { content, nonce, ..SendMessage::default() };
                self.client.send(chat_id, &body).await.map(drop)
            }
        }
    }
}

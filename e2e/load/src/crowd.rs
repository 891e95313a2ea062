//! Thousands of sockets that hear many chats while people send (battery R1), and all of them gone at once
//! and back again (R2): nothing is lost, doubled or disordered, nothing stays behind, and others are served.

use crate::Place;
use crate::book::Book;
use crate::client::Client;
use crate::mailbox::Mailbox;
use crate::person::{Manner, Person};
use crate::server::Server;
use crate::stats::{Times, millis};
use anyhow::{bail, ensure};
use clap::Args;
use rand::Rng as _;
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

/// Sockets of an account.
const EACH: usize = 10;
const SENDERS: usize = 16;
/// So many sockets are opened every 20 ms at first: that is no storm yet.
const AT_ONCE: usize = 16;
/// Everybody is back within this after a storm, and what he held is given back within that.
const BACK: Duration = Duration::from_secs(30);
const FREED: Duration = Duration::from_secs(10);
/// Descriptors of a server that works: its connections to PostgreSQL, and some to spare.
const OTHERS: usize = 32;
const MIB: u64 = 1024 * 1024;

/// How many, for how long.
#[derive(Debug, Args)]
pub struct Crowd {
    #[arg(long, default_value_t = 5000)]
    sockets: usize,
    /// Each is heard by its share of the sockets.
    #[arg(long, default_value_t = 100)]
    chats: usize,
    /// Messages a second.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Those who come back spread over so many seconds.
    #[arg(long, default_value_t = 10)]
    jitter: u64,
    /// Only the ledger and what stays behind count, not how long anything takes: for busy machines.
    #[arg(long)]
    unhurried: bool,
    /// Negative control: those who come back believe that they have heard one event more.
    #[arg(long)]
    forgetful: bool,
}

impl Crowd {
    /// For `load faults`: a minute of it.
    pub fn all() -> Self {
        let (sockets, chats, rate, seconds, jitter) = (5000, 100, 200, 60, 10);
        Self { sockets, chats, rate, seconds, jitter, unhurried: true, forgetful: false }
    }

    /// Its negative control.
    pub fn forgetful() -> Self {
        let (sockets, chats, rate, seconds, jitter) = (200, 10, 50, 3, 2);
        Self { sockets, chats, rate, seconds, jitter, unhurried: true, forgetful: true }
    }
}

struct Room {
    chat: ChatId,
    hearers: Vec<Arc<Person>>,
}

struct Hall {
    owner: Client,
    senders: Vec<Client>,
    rooms: Vec<Room>,
    book: Arc<Book>,
}

/// `load crowd`.
pub async fn run(place: &Place, args: &Crowd) -> anyhow::Result<()> {
    let Crowd { sockets, chats, rate, seconds, .. } = *args;
    println!("{sockets} sockets hear {chats} chats, {rate} messages a second for {seconds} s");
    let settings = vec![("SPACE_SOCKETS_PER_USER", (4 * EACH).to_string())];
    let server = Server::start_with(place, settings).await?;
    let files = files(server.pid()?)?;
    let hall = Hall::gather(&server, args).await?;
    let memory = server.memory()?;
    let mut sockets_open = hall.listen(Duration::ZERO);
    hall.open().await?;
    let talking = hall.talk(args.rate);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let each = server.memory()?.saturating_sub(memory);
    let (answered, seen) = hall.book.take()?;
    print("send → answer", &answered);
    print("send → socket", &seen);
    println!("  {} MiB more than before the sockets", each / MIB);

    sockets_open.shutdown().await;
    if args.forgetful {
        hall.hearers().for_each(|hearer| hearer.mailbox.believe_one_more());
    }
    let (back, others) = hall.storm(args, &mut sockets_open).await?;
    println!("  all gone at once, back within {:.1} s", back.as_secs_f64());
    print("requests of others meanwhile", &others);

    let refused = talking.stop().await?;
    println!("  {refused} sends were refused and repeated");
    let balance = hall.balance().await;
    sockets_open.shutdown().await;
    // With the connections of its requests.
    drop(hall);
    let began = Instant::now();
    let mut left = self::files(server.pid()?)?;
    while left > files + OTHERS && began.elapsed() < FREED {
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = self::files(server.pid()?)?;
    }
    println!("  {files} descriptors before, {left} afterwards");
    server.end().await?;
    balance?;
    ensure!(left <= files + OTHERS, "descriptors stay behind");
    ensure!(back <= BACK, "not everybody is back in time");
    if args.unhurried {
        return Ok(());
    }
    ensure!(refused == 0, "sends were refused");
    ensure!(each <= sockets as u64 * 40 * 1024 + 200 * MIB, "too much memory");
    for (times, half, most) in [(&answered, 25, 150), (&seen, 50, 250), (&others, 1000, 1000)] {
        let (half, most) = (Duration::from_millis(half), Duration::from_millis(most));
        ensure!(times.at(0.5) <= half && times.at(0.99) <= most, "too slow");
    }
    ensure!(seen.at(1.0) <= Duration::from_secs(1), "a delivery took too long");
    Ok(())
}

fn print(name: &str, times: &Times) {
    let at = |share| millis(times.at(share));
    println!("  {name}: median {}, p99 {}, longest {}", at(0.5), at(0.99), at(1.0));
}

/// How many descriptors a process has open.
pub fn files(pid: u32) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

impl Hall {
    async fn gather(server: &Server, args: &Crowd) -> anyhow::Result<Self> {
        let owner = Client::register(server.address, "hall_owner").await?;
        let space = owner.create_space("The hall").await?;
        let mut rooms = Vec::new();
        for n in 0..args.chats {
            let chat = owner.create_chat(space.id, &format!("room {n}")).await?.id;
            rooms.push(Room { chat, hearers: Vec::new() });
        }
        let mut senders = Vec::new();
        for n in 0..SENDERS {
            let sender = Client::register(server.address, &format!("sender_{n}")).await?;
            sender.join(space.id).await?;
            senders.push(sender);
        }
        for n in 0..args.sockets.div_ceil(EACH) {
            let client = Client::register(server.address, &format!("hearer_{n}")).await?;
            client.join(space.id).await?;
            for socket in n * EACH..args.sockets.min((n + 1) * EACH) {
                let hearer = Arc::new(Person::new(client.clone()));
                rooms[socket % args.chats].hearers.push(hearer);
            }
        }
        Ok(Self { owner, senders, rooms, book: Arc::new(Book::new()?) })
    }

    fn hearers(&self) -> impl Iterator<Item = &Arc<Person>> {
        self.rooms.iter().flat_map(|room| &room.hearers)
    }

    /// Opens a socket for everybody, some at once, each at a moment of its own within this time.
    fn listen(&self, within: Duration) -> JoinSet<()> {
        let manner = Manner::with_pause(Duration::ZERO);
        let mut open = JoinSet::new();
        let place = Arc::new(AtomicUsize::new(0));
        for room in &self.rooms {
            for hearer in &room.hearers {
                let (hearer, chat, book) = (hearer.clone(), room.chat, self.book.clone());
                let place = place.clone();
                let pause = within.mul_f64(rand::rng().random());
                open.spawn(async move {
                    // Without a storm not all at once.
                    let turn = place.fetch_add(1, Ordering::Relaxed) / AT_ONCE;
                    let turn = Duration::from_millis(20) * u32::try_from(turn).unwrap_or(0);
                    tokio::time::sleep(if within.is_zero() { turn } else { pause }).await;
                    let on = AtomicBool::new(true);
                    hearer.listen(&[chat], &book, manner, &on).await;
                });
            }
        }
        open
    }

    /// Says a first word in each room, until everybody has heard it.
    async fn open(&self) -> anyhow::Result<()> {
        for room in &self.rooms {
            say(&self.senders[0], room.chat, &self.book).await?;
        }
        let began = Instant::now();
        while !self.hearers().all(|hearer| hearer.mailbox.has_any()) {
            ensure!(began.elapsed() < 4 * BACK, "not all sockets open");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The first words were waited for: they say nothing of the speed.
        drop(self.book.take()?);
        Ok(())
    }

    fn talk(&self, rate: u64) -> Talking {
        let on = Arc::new(AtomicBool::new(true));
        let (is_on, senders, book) = (on.clone(), self.senders.clone(), self.book.clone());
        let chats: Vec<ChatId> = self.rooms.iter().map(|room| room.chat).collect();
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
            let mut sends = JoinSet::new();
            let (mut n, mut refused) = (0, 0);
            while is_on.load(Ordering::Relaxed) {
                ticks.tick().await;
                let (sender, chat) = (senders[n % SENDERS].clone(), chats[n % chats.len()]);
                let book = book.clone();
                sends.spawn(async move { say(&sender, chat, &book).await });
                while let Some(done) = sends.try_join_next() {
                    refused += done??;
                }
                n += 1;
            }
            while let Some(done) = sends.join_next().await {
                refused += done??;
            }
            Ok(refused)
        });
        Talking { on, task }
    }

    /// Everybody comes back; how long until the last one hears again, and how requests of others fare.
    async fn storm(
        &self,
        args: &Crowd,
        open: &mut JoinSet<()>,
    ) -> anyhow::Result<(Duration, Times)> {
        // Something is missed by each.
        let gap = Duration::from_secs_f64(2.0 * args.chats as f64 / args.rate as f64);
        tokio::time::sleep(gap.max(Duration::from_secs(1))).await;
        let before: Vec<i64> = self.last_messages().collect();
        let began = Instant::now();
        *open = self.listen(Duration::from_secs(args.jitter).max(Duration::from_millis(1)));
        let mut others = Times::new()?;
        while self.last_messages().zip(&before).any(|(now, before)| now <= *before) {
            ensure!(began.elapsed() < 2 * BACK, "not everybody comes back");
            let asked = Instant::now();
            let status = self.owner.load("/profile/me").await?.status().as_u16();
            if status != 503 && status >= 500 {
                bail!("somebody else was answered with {status}");
            }
            others.since(asked);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok((began.elapsed(), others))
    }

    fn last_messages(&self) -> impl Iterator<Item = i64> {
        self.rooms.iter().flat_map(|room| {
            let chat = room.chat;
            room.hearers.iter().map(move |hearer| hearer.mailbox.last_message(chat))
        })
    }

    /// Lets everything arrive, and compares.
    async fn balance(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let chats = self.owner.chats().await?.items;
        let last = |room: &Room| chats.iter().find(|chat| chat.id == room.chat).map(|c| c.last_seq);
        let is_behind = |room: &Room| {
            let last = last(room).unwrap_or(0);
            room.hearers.iter().any(|hearer| hearer.mailbox.last_message(room.chat) < last)
        };
        while self.rooms.iter().any(is_behind) && began.elapsed() < BACK {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let rooms: Vec<(ChatId, Vec<&Mailbox>)> = self
            .rooms
            .iter()
            .map(|room| (room.chat, room.hearers.iter().map(|h| &h.mailbox).collect()))
            .collect();
        let verdict = self.book.check_rooms(&self.owner, &rooms).await?;
        self.book.print(verdict);
        self.book.demand(verdict)?;
        let refetched: usize = self.hearers().map(|hearer| hearer.mailbox.refetched()).sum();
        ensure!(refetched == 0, "{refetched} had to read the history instead of resuming");
        Ok(())
    }
}

struct Talking {
    on: Arc<AtomicBool>,
    task: JoinHandle<anyhow::Result<usize>>,
}

impl Talking {
    /// How often somebody was told to come back.
    ///
    /// # Errors
    /// Somebody was refused again and again.
    async fn stop(self) -> anyhow::Result<usize> {
        self.on.store(false, Ordering::Relaxed);
        self.task.await?
    }
}

/// Sends a message until it is taken; how often it was not.
async fn say(sender: &Client, chat: ChatId, book: &Book) -> anyhow::Result<usize> {
    let nonce = Uuid::now_v7().to_string();
    let content = format!("Is the bread ready? {nonce}");
    book.say(&content);
    let body = SendMessage { content: content.clone(), nonce, ..SendMessage::default() };
    let (began, mut refused) = (Instant::now(), 0);
    while let Err(error) = sender.send(chat, &body).await {
        if began.elapsed() > BACK {
            return Err(error);
        }
        refused += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    book.acknowledge(&content);
    Ok(refused)
}

use crate::Place;
use crate::book::lock;
use crate::community::Community;
use crate::mailbox::Mailbox;
use crate::person::Manner;
use crate::server::Server;
use clap::Args;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// How much, for how long.
#[derive(Debug, Args)]
pub struct Ledger {
    /// People, each with a socket that hears all chats.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=200))]
    people: u16,
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=50))]
    chats: u16,
    /// Messages a second, all people together.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=5000))]
    rate: u32,
    /// Seconds of talk.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Each socket breaks after about so many seconds and resumes; 0: never.
    #[arg(long, default_value_t = 3)]
    breaks: u64,
    /// A few seconds with few people, for test runs.
    #[arg(long)]
    short: bool,
}

/// `load ledger`.
pub async fn run(place: &Place, args: &Ledger) -> anyhow::Result<()> {
    let (people, rate, seconds) = match args.short {
        true => (5, 40, 4),
        false => (args.people, args.rate, args.seconds),
    };
    println!("Ledger: {people} people, {rate} messages a second, {seconds} s");
    let server = Server::start(place).await?;
    let community = Community::gather(server.address, people.into(), args.chats.into()).await?;
    let breaks = if args.short { 1 } else { args.breaks };
    let manner = Manner {
        breaks: (breaks > 0).then(|| Duration::from_secs(breaks)),
        patience: Duration::from_secs(20),
        ..Manner::with_pause(Duration::from_secs_f64(f64::from(people) / f64::from(rate)))
    };
    let talk = Talk::begin(&community, manner);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    talk.end(&community).await?;
    server.end().await
}

/// Everybody talking and listening.
pub struct Talk {
    talkers: JoinSet<anyhow::Result<()>>,
    listeners: JoinSet<()>,
    listening: Arc<AtomicBool>,
}

impl Talk {
    pub fn begin(community: &Community, manner: Manner) -> Self {
        let listening = Arc::new(AtomicBool::new(true));
        let (mut talkers, mut listeners) = (JoinSet::new(), JoinSet::new());
        for person in &community.people {
            let (chats, book) = (community.chats.clone(), community.book.clone());
            let (hearer, on) = (person.clone(), listening.clone());
            let (its_chats, its_book) = (chats.clone(), book.clone());
            listeners.spawn(async move { hearer.listen(&its_chats, &its_book, manner, &on).await });
            let (talker, on) = (person.clone(), community.talking.clone());
            talkers.spawn(async move { talker.talk(&chats, &book, manner, &on).await });
        }
        Self { talkers, listeners, listening }
    }

    /// Lets everything arrive, then balances the ledger.
    ///
    /// # Errors
    /// It does not balance, or somebody was refused.
    pub async fn end(mut self, community: &Community) -> anyhow::Result<()> {
        community.talking.store(false, Ordering::Relaxed);
        let mut gave_up = None;
        while let Some(done) = self.talkers.join_next().await {
            gave_up = done?.err().or(gave_up);
        }
        community.settle().await?;
        self.listening.store(false, Ordering::Relaxed);
        self.listeners.shutdown().await;
        let mailboxes: Vec<&Mailbox> = community.people.iter().map(|p| &p.mailbox).collect();
        let reader = &community.people[0].client;
        let verdict = community.book.check(reader, &community.chats, &mailboxes).await?;
        community.book.print(verdict);
        let refetched: usize = mailboxes.iter().map(|mailbox| mailbox.refetched()).sum();
        if refetched > 0 {
            println!("  {refetched} resumes went beyond the log and read the history instead");
        }
        if lock(&community.book.seen).count() == 0 {
            anyhow::bail!("no socket has shown anything");
        }
        match gave_up {
            Some(error) => Err(error),
            None => community.book.demand(verdict),
        }
    }
}

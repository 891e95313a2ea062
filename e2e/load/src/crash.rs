use crate::Place;
use crate::community::Community;
use crate::ledger::Talk;
use crate::person::Manner;
use crate::server::Server;
use anyhow::ensure;
use clap::Args;
use rand::{Rng as _, SeedableRng as _};
use std::time::{Duration, Instant};

/// How often, with how many.
#[derive(Debug, Args)]
pub struct Crash {
    /// How often the server is killed.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    cycles: u32,
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(2..=100))]
    people: u16,
    /// Negative control: repeats get a fresh nonce, which must show as doubled messages. Succeeds
    /// when the ledger notices.
    #[arg(long)]
    forget_nonce: bool,
    /// The seed of the moments of killing.
    #[arg(long)]
    seed: Option<u64>,
}

impl Crash {
    /// As `load faults` wants it.
    pub fn new(cycles: u32, forget_nonce: bool, seed: u64) -> Self {
        Self { cycles, people: 8, forget_nonce, seed: Some(seed) }
    }
}

/// `load crash`.
pub async fn run(place: &Place, args: &Crash) -> anyhow::Result<()> {
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("Crash: {} cycles, {} people, seed {seed}", args.cycles, args.people);
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut server = Server::start(place).await?;
    let community = Community::gather(server.address, args.people.into(), 2).await?;
    let manner = Manner {
        forgetful: args.forget_nonce,
        // As fast as answers come: there is always something on its way.
        ..Manner::with_pause(Duration::from_millis(5))
    };
    let talk = Talk::begin(&community, manner);
    for cycle in 1..=args.cycles {
        let life = Duration::from_millis(random.random_range(300..1500));
        tokio::time::sleep(life).await;
        community.book.until_acknowledged(20, Duration::from_secs(15)).await;
        let began = Instant::now();
        server.crash().await?;
        let (life, gone) = (life.as_millis(), began.elapsed().as_millis());
        println!("  cycle {cycle}: killed after {life} ms, back after {gone} ms");
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let balance = talk.end(&community).await;
    server.end().await?;
    if args.forget_nonce {
        ensure!(balance.is_err(), "repeats with fresh nonces were not noticed");
        println!("The ledger noticed, as it should.");
        return Ok(());
    }
    balance
}

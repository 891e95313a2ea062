use crate::Place;
use crate::clock;
use crate::cluster;
use crate::community::Community;
use crate::crash;
use crate::crowd::{self, Crowd};
use crate::disk;
use crate::drill::{self, Drill};
use crate::failover;
use crate::half_open;
use crate::ledger::Talk;
use crate::migrate::{self, Migrate};
use crate::overload;
use crate::parts::Postgres;
use crate::person::Manner;
use crate::replica;
use crate::server::{Server, execute};
use crate::slow;
use crate::smuggle;
use crate::soak::{self, Soak};
use crate::stop;
use crate::vanished;
use anyhow::{bail, ensure};
use clap::Args;
use std::time::{Duration, Instant};

/// What the short form may take.
const SHORT_FORM: Duration = Duration::from_secs(360);

/// How thoroughly.
#[derive(Debug, Args)]
pub struct Faults {
    /// A few of each, for test runs; fails when that takes more than six minutes.
    #[arg(long)]
    short: bool,
    /// The seed of what happens when.
    #[arg(long)]
    seed: Option<u64>,
}

/// Whether the ledger must balance, or must notice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Balance,
    /// A negative control.
    Fault,
}

/// `load faults`.
pub async fn run(place: &Place, args: &Faults) -> anyhow::Result<()> {
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("Faults: {}, seed {seed}", if args.short { "short" } else { "all" });
    let few = |short: u32, all: u32| if args.short { short } else { all };
    let began = Instant::now();
    let mut verdict = Verdicts::default();

    let crash = |cycles, forget_nonce| crash::Crash::new(cycles, forget_nonce, seed);
    verdict.add("server killed", crash::run(place, &crash(few(3, 50), false)).await);
    // A repeat that doubles needs a kill between commit and answer: it is tried until one was there.
    let mut control = Ok(());
    for _ in 0..4 {
        control = crash::run(place, &crash(10, true)).await;
        if control.is_ok() {
            break;
        }
    }
    verdict.add("control: nonce forgotten", control);

    let (times, sockets) = if args.short { (1, 200) } else { (5, 1000) };
    verdict.add("SIGTERM", stop::run(place, times, sockets, Wanted::Balance).await);
    if !args.short {
        let control = stop::run(place, 1, sockets, Wanted::Fault).await;
        verdict.add("control: killed without a word", control);
    }

    verdict.add("PostgreSQL killed", database_killed(place, few(2, 20), Wanted::Balance).await);
    let control = database_killed(place, few(2, 5), Wanted::Fault).await;
    verdict.add("control: commits acknowledged before they are written", control);
    let frozen = database_frozen(place, few(3, 30), Wanted::Balance).await;
    verdict.add("PostgreSQL frozen", frozen);
    if !args.short {
        verdict.add("control: nonce forgotten", database_frozen(place, 30, Wanted::Fault).await);
    }
    verdict.add("backends ended", backends_ended(place, few(40, 500), Wanted::Balance).await);
    if !args.short {
        let control = backends_ended(place, 500, Wanted::Fault).await;
        verdict.add("control: nonce forgotten", control);
    }
    verdict.add("server frozen", server_frozen(place, few(2, 12), Wanted::Balance).await);
    if !args.short {
        verdict.add("control: nonce forgotten", server_frozen(place, 12, Wanted::Fault).await);
    }

    verdict.add("a read replica late, stopped, killed", replica::run(place, !args.short).await);

    if !args.short {
        let over = failover::run(place, Wanted::Balance).await;
        verdict.add("the primary killed, its replica promoted", over);
        let control = failover::run(place, Wanted::Fault).await;
        verdict.add("control: a replica that nobody waits for", control);
    }

    if disk::is_permitted() {
        verdict.add("disk full", disk::full(place, few(1, 5), Wanted::Balance).await);
        let control = disk::full(place, 1, Wanted::Fault).await;
        verdict.add("control: refusals taken for acknowledgements", control);
    } else {
        println!("– disk full: left out, this user may not mount");
    }

    verdict.add("some stop reading", slow::run(place, few(4, 20), Wanted::Balance).await);
    if !args.short {
        let control = slow::run(place, 4, Wanted::Fault).await;
        verdict.add("control: what was missed is not asked for", control);
    }

    if !args.short {
        if half_open::is_permitted().await {
            verdict.add("a peer whose packets are lost", half_open::run(place).await);
            let vanished = vanished::run(place).await;
            verdict.add("the machine of the primary vanishes, its replica promoted", vanished);
        } else {
            println!("– packets lost: left out, nft is missing or this user may not use it");
        }
        match clock::library() {
            Ok(library) => verdict.add("the clock moved", clock::run(place, &library).await),
            Err(error) => println!("– the clock moved: left out, {error:#}"),
        }
    }

    if !args.short {
        let all = crowd::run(place, &Crowd::all()).await;
        verdict.add("many sockets, gone and back at once", all);
        let control = judge(crowd::run(place, &Crowd::forgetful()).await, Wanted::Fault);
        verdict.add("control: what was missed is not asked for", control);
        verdict.add("the same load for long", soak::run(place, &Soak::new(3.0, false)).await);
        let control = judge(soak::run(place, &Soak::new(1.0, true)).await, Wanted::Fault);
        verdict.add("control: sockets that stay open", control);
    }

    if !args.short {
        let migrations = migrate::run(&Migrate::all()).await;
        verdict.add("migrations while people read and write", migrations);
        let drill = drill::run(place, &Drill::all()).await;
        verdict.add("a backup brought back on an empty cluster", drill);
    }

    verdict.add("far too many requests", overload::run(place, few(4, 60).into()).await);
    verdict.add("control: refusals without a time to come back", overload::control(place).await);
    verdict.add("requests hidden in others", smuggle::run(place).await);
    verdict.add("control: a careless proxy", smuggle::control(place).await);

    let cluster = |kills, redis_kills, apart| cluster::Run::new(kills, redis_kills, apart, seed);
    let nodes = cluster::run(place, &cluster(few(2, 20), few(1, 10), false)).await;
    verdict.add("nodes killed, added and replaced, Redis killed and frozen", nodes);
    let control = cluster::run(place, &cluster(0, 0, true)).await;
    verdict.add("control: nothing between the nodes", control);
    verdict.tell(began.elapsed(), args.short.then_some(SHORT_FORM))
}

fn minutes(time: Duration) -> String {
    format!("{:.1} minutes", time.as_secs_f64() / 60.0)
}

#[derive(Default)]
struct Verdicts(Vec<String>);

impl Verdicts {
    fn add(&mut self, name: &'static str, outcome: anyhow::Result<()>) {
        match outcome {
            Ok(()) => println!("✓ {name}"),
            Err(error) => {
                let told = format!("{name}: {error:#}");
                println!("✗ {told}");
                self.0.push(told);
            }
        }
    }

    /// # Errors
    /// Something failed, or all together took too long.
    fn tell(self, took: Duration, most: Option<Duration>) -> anyhow::Result<()> {
        println!("All of it took {}", minutes(took));
        ensure!(self.0.is_empty(), "failed:\n  {}", self.0.join("\n  "));
        if let Some(most) = most {
            ensure!(took <= most, "it may take {}", minutes(most));
        }
        Ok(())
    }
}

fn manner(forgetful: bool) -> Manner {
    Manner { forgetful, ..Manner::with_pause(Duration::from_millis(15)) }
}

/// What the ledger must say at the end.
pub fn judge(balance: anyhow::Result<()>, wanted: Wanted) -> anyhow::Result<()> {
    match (wanted, balance) {
        (Wanted::Balance, balance) => balance,
        (Wanted::Fault, Err(error)) => {
            println!("  The ledger noticed, as it should: {error:#}");
            Ok(())
        }
        (Wanted::Fault, Ok(())) => bail!("the control was not noticed: this test proves nothing"),
    }
}

/// R4: SIGKILL for all processes of PostgreSQL. The control acknowledges before it writes.
async fn database_killed(place: &Place, cycles: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("PostgreSQL killed {cycles} times");
    let mut postgres = Postgres::start(wanted == Wanted::Balance).await?;
    let server = Server::start(&place.with_database(postgres.url())).await?;
    let community = Community::gather(server.address, 6, 2).await?;
    // The control may only lose what is said from here on.
    execute(&postgres.url(), "CHECKPOINT").await?;
    let talk = Talk::begin(&community, manner(false));
    for cycle in 1..=cycles {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let began = Instant::now();
        postgres.crash().await?;
        println!("  cycle {cycle}: back after {} ms", began.elapsed().as_millis());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let balance = talk.end(&community).await;
    server.end().await?;
    postgres.end().await?;
    judge(balance, wanted)
}

/// R5: PostgreSQL stops answering, and goes on.
async fn database_frozen(place: &Place, seconds: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("PostgreSQL frozen for {seconds} s");
    let postgres = Postgres::start(true).await?;
    let server = Server::start(&place.with_database(postgres.url())).await?;
    let community = Community::gather(server.address, 6, 2).await?;
    let talk = Talk::begin(&community, manner(wanted == Wanted::Fault));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let frozen = postgres.freeze(Duration::from_secs(seconds.into()));
    let alive = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let began = Instant::now();
        community.people[0].client.live().await?;
        anyhow::ensure!(began.elapsed() < Duration::from_secs(1), "liveness waits for PostgreSQL");
        Ok(())
    };
    let (frozen, alive) = tokio::join!(frozen, alive);
    frozen?;
    alive?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let balance = talk.end(&community).await;
    server.end().await?;
    postgres.end().await?;
    judge(balance, wanted)
}

/// R6: connections are ended in the middle of transactions.
async fn backends_ended(place: &Place, times: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("backends ended, {times} times");
    let server = Server::start(place).await?;
    let database = server.site().database()?.to_owned();
    let community = Community::gather(server.address, 6, 2).await?;
    let talk = Talk::begin(&community, manner(wanted == Wanted::Fault));
    for _ in 0..times {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (SELECT pid \
             FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL \
             AND pid <> pg_backend_pid() LIMIT 1)";
        execute(&database, end).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let balance = talk.end(&community).await;
    server.end().await?;
    judge(balance, wanted)
}

/// The server stops for a while, longer than clients wait, and goes on.
async fn server_frozen(place: &Place, seconds: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("server frozen for {seconds} s");
    let server = Server::start(place).await?;
    let community = Community::gather(server.address, 6, 2).await?;
    let talk = Talk::begin(&community, manner(wanted == Wanted::Fault));
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.signal("STOP").await?;
    tokio::time::sleep(Duration::from_secs(seconds.into())).await;
    server.signal("CONT").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let balance = talk.end(&community).await;
    server.end().await?;
    judge(balance, wanted)
}

//! Load, faults and figures for The Space. Starts the server itself, on 127.0.0.1, with a database
//! of its own that is gone at the end.

mod bare;
mod bench;
mod book;
mod client;
mod clock;
mod cluster;
mod community;
mod corpus;
mod crash;
mod crowd;
mod disk;
mod drill;
mod failover;
mod faults;
mod half_open;
mod ledger;
mod mailbox;
mod migrate;
mod overload;
mod parts;
mod person;
mod pooler;
mod redis_cost;
mod replica;
mod server;
mod sizes;
mod slow;
mod smuggle;
mod soak;
mod socket;
mod stats;
mod stop;
mod vanished;

use clap::{Args, Parser, Subcommand};
use faults::Wanted;
use std::path::PathBuf;
use std::process::ExitCode;

/// Sends through REST and sockets and keeps a ledger: what was acknowledged must be there, once and
/// in order, in the history and at every socket.
#[derive(Debug, Parser)]
#[command(name = "load", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

/// What is tested, and on which database.
#[derive(Debug, Args)]
pub struct Place {
    /// The server. Default: `api` beside this program.
    #[arg(long, global = true)]
    api: Option<PathBuf>,
    /// A PostgreSQL whose user may create databases. Default: the server's private one, in a
    /// temporary folder.
    #[arg(long, global = true, env = "TEST_DATABASE_URL", hide_env_values = true)]
    database: Option<String>,
}

impl Place {
    /// The same on another PostgreSQL.
    fn with_database(&self, url: String) -> Self {
        Self { api: self.api.clone(), database: Some(url) }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// People send and read while sockets break; counts what is lost, doubled or disordered.
    Ledger(ledger::Ledger),
    /// As `ledger`, while the server is killed with SIGKILL again and again.
    Crash(crash::Crash),
    /// As `ledger`, on three nodes behind a proxy, while nodes and Redis are killed, added and
    /// replaced.
    Cluster(cluster::Run),
    /// Writes at one node and searches at another, while the read replica of both is late, stopped, killed,
    /// frozen.
    Replica,
    /// As `ledger`, on two nodes, while the primary is killed and its replica promoted.
    Failover {
        /// Negative control: nobody waits for the replica, which is behind. Succeeds when the ledger notices.
        #[arg(long)]
        behind: bool,
    },
    /// Moves the clock of a node by an hour, forth and back.
    Clock,
    /// Drops the packets of a peer, in a network of its own.
    HalfOpen,
    /// Thousands of sockets hear many chats while people send; then all are gone at once and come back.
    Crowd(crowd::Crowd),
    /// The same load for hours: nothing grows, and nothing becomes slower.
    Soak(soak::Soak),
    /// Breaks everything that can break, one after the other; with negative controls.
    Faults(faults::Faults),
    /// Runs the migrations up, down and up on a database with many messages; prints what each costs and
    /// how long people wait for it.
    Migrate(migrate::Migrate),
    /// Backs a large database and its files up, brings them back on an empty cluster, compares, and prints
    /// how long it took.
    Drill(drill::Drill),
    /// Prints what so many people need, computed from assumptions and measured figures.
    Sizes(sizes::Sizes),
    /// Prints what Redis keeps for a topic and for a limit: `sizes` counts with it.
    Redis,
    /// Prints figures: sends, latency, sockets, history, search, memory, each beside what the machine
    /// could do at most.
    Bench(bench::Bench),
    /// A server that only tells sockets what is posted to it: what `bench` compares with.
    #[command(hide = true)]
    Bare,
    /// Drops the packets of the primary, in a network of its own, and promotes its replica.
    Vanished,
    /// What `vanished` runs in that network.
    #[command(hide = true)]
    VanishedInside,
    /// What `half-open` runs in that network.
    #[command(hide = true)]
    HalfOpenInside,
}

fn main() -> ExitCode {
    let done = match Cli::parse() {
        Cli { command: Command::Bare, .. } => bare::run(),
        cli => tokio::runtime::Runtime::new()
            .map_err(anyhow::Error::from)
            .and_then(|runtime| runtime.block_on(run(cli))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Ledger(args) => ledger::run(&cli.place, &args).await,
        Command::Crash(args) => crash::run(&cli.place, &args).await,
        Command::Cluster(args) => cluster::run(&cli.place, &args).await,
        Command::Crowd(args) => crowd::run(&cli.place, &args).await,
        Command::Soak(args) => soak::run(&cli.place, &args).await,
        Command::Faults(args) => faults::run(&cli.place, &args).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::Drill(args) => drill::run(&cli.place, &args).await,
        Command::Sizes(args) => {
            sizes::run(&args);
            Ok(())
        }
        Command::Redis => redis_cost::run().await,
        Command::Bench(args) => bench::run(&cli.place, &args).await,
        Command::Replica => replica::run(&cli.place, true).await,
        Command::Failover { behind } => {
            let wanted = if behind { Wanted::Fault } else { Wanted::Balance };
            failover::run(&cli.place, wanted).await
        }
        Command::Clock => clock::run(&cli.place, &clock::library()?).await,
        Command::HalfOpen => half_open::run(&cli.place).await,
        Command::Vanished => vanished::run(&cli.place).await,
        Command::VanishedInside => vanished::inside(&cli.place).await,
        Command::HalfOpenInside => half_open::inside(&cli.place).await,
        Command::Bare => bare::run(),
    }
}

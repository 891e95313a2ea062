mod cores;
mod live;
mod pgbench;
mod reading;
mod report;
mod runs;
mod sending;
mod sockets;
mod world;

use crate::Place;
use crate::client::Client;
use crate::corpus;
use crate::server::Server;
use crate::stats::Times;
use clap::{Args, ValueEnum};
use report::{Report, median};
use runs::Runs;
use sending::{Senders, cheapest};
use std::path::PathBuf;
use std::time::Instant;
pub use world::World;

/// The most messages that are imported.
const IMPORTED: u32 = 100_000;

const CHEAPEST: &str = "  reference: GET /health/live";

/// How much of everything.
#[derive(Debug, Args)]
pub struct Bench {
    /// Only these measurements; default: all.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Runs of each measurement; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// Messages of the chat in which is read and searched.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..=2_000_000))]
    messages: u32,
    /// What the messages say: an export as `api import community` takes it, plain or packed. Default:
    /// made-up texts.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Members of the largest space.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1000..=200_000))]
    members: u32,
    /// Seconds of each run that goes by time.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Sockets that hear one chat, and that are idle.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    sockets: u32,
    /// Sockets that come back at once.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    storm_sockets: u32,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The cheapest request, which others are compared with.
    Reference,
    /// Starts on a database that is up, and memory at rest.
    Start,
    /// Durable sends over many chats, beside `pgbench` with the same statements.
    Sends,
    /// Durable sends to one chat.
    Hot,
    /// From sending to the socket of another person, at 1,000 sends a second.
    Seen,
    /// One message to many sockets, one after the other, and what a socket costs, beside a bare server.
    Sockets,
    /// Many sockets are gone and come back at once.
    Storm,
    /// Pages anywhere in a long chat, beside the same statements without the server.
    History,
    /// The requests with which the client opens: 200 spaces, 500 chats.
    Open,
    /// People of a large space.
    Participants,
    Search,
    /// Import of a community.
    Import,
}

impl Bench {
    fn does(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// `load bench`. The server has the first core and the generator the last one; PostgreSQL is where
/// the system puts it.
pub async fn run(place: &Place, args: &Bench) -> anyhow::Result<()> {
    cores::allow_files(args.sockets.max(args.storm_sockets) * 3 / 2 + 2000).await?;
    let mut server = Server::start(place).await?;
    let mut report = Report::default();
    if args.does(Part::Start) {
        start(&mut server, args, &mut report).await?;
    }
    if !cores::apart(server.pid()?).await {
        report.line("cores", "server and generator share them");
    }
    let owner = Client::register(server.address, "bench_owner").await?;
    if args.does(Part::Reference) {
        let mut times = Times::new()?;
        cheapest(&owner, &mut times).await?;
        report.times(CHEAPEST, &times);
    }
    sends(&server, args, &mut report).await?;
    if args.does(Part::Seen) {
        let mut runs = Runs::new("send → seen, 1,000 sends a second")?;
        let seen = async |times: &mut Times| {
            *times = live::seen(&server, args.seconds, args.runs).await?;
            Ok(0.0)
        };
        runs.add(server.pid()?, &mut report, seen).await?;
        if runs.median(&mut report).is_some() {
            report.times(runs.name(), &runs.times);
        }
        report.memory("memory, with 100 active people", server.memory()?);
    }
    if args.does(Part::Sockets) {
        sockets::broadcast(&server, args, &mut report).await?;
    }
    if args.does(Part::Storm) {
        sockets::storm(&server, args, &mut report).await?;
    }
    reads(&server, args, &mut report).await?;
    if args.does(Part::Import) {
        let file = server.home().join("history.ndjson");
        corpus::write(&file, args.messages.min(IMPORTED) as usize, 7)?;
        let path = file.to_string_lossy().into_owned();
        let import = ["import", "community", &path, "--space", "History", "--owner", "bench_owner"];
        let summary = server.command(&import).await?;
        let line = summary.lines().find(|line| line.contains("imported")).unwrap_or("-");
        report.line("import", line);
    }
    report.memory("memory, at the end", server.memory()?);
    report.print();
    server.end().await?;
    report.demand()
}

/// From the start of the process to the line with its address.
async fn start(server: &mut Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let mut times = Times::new()?;
    for _ in 0..args.runs {
        server.stop().await?;
        let began = Instant::now();
        server.resume().await?;
        times.since(began);
    }
    let name = match server.site().database() {
        Ok(_) => "start until ready, database up",
        Err(_) => "start until ready, its private database too",
    };
    report.times(name, &times);
    report.memory("memory, at rest", server.memory()?);
    Ok(())
}

async fn sends(server: &Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let pid = server.pid()?;
    if args.does(Part::Sends) {
        let senders = Senders::gather(server, "sends", 16, 16).await?;
        let pairs: Vec<_> = senders.0.iter().map(|(client, chat)| (client.id, *chat)).collect();
        let mut ours = Runs::new("durable sends, 16 people in 16 chats")?;
        let mut bare = Vec::new();
        for _ in 0..args.runs {
            ours.add(pid, report, async |times| senders.send(args.seconds, times).await).await?;
            let url = server.site().any_database()?;
            match pgbench::sends(server.home(), &url, &pairs, args.seconds).await {
                Ok(rate) => bare.push(rate),
                Err(error) => report.line("  pgbench", &format!("{error:#}")),
            }
        }
        if let Some(rate) = rate(&mut ours, report).filter(|_| !bare.is_empty()) {
            let bare = median(&mut bare);
            report.rate("  pgbench, the same statements", bare);
            report.line("  ratio", &format!("{:.2}", rate / bare));
        }
    }
    if args.does(Part::Hot) {
        let senders = Senders::gather(server, "hot", 64, 1).await?;
        let mut ours = Runs::new("durable sends, 64 people in one chat")?;
        for _ in 0..args.runs {
            ours.add(pid, report, async |times| senders.send(args.seconds, times).await).await?;
        }
        rate(&mut ours, report);
    }
    Ok(())
}

/// The rate in the middle, and the times of each.
fn rate(runs: &mut Runs, report: &mut Report) -> Option<f64> {
    let rate = runs.median(report)?;
    report.rate(runs.name(), rate);
    report.times("  each", &runs.times);
    Some(rate)
}

async fn reads(server: &Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let parts = [Part::History, Part::Open, Part::Participants, Part::Search];
    if !parts.into_iter().any(|part| args.does(part)) {
        return Ok(());
    }
    let url = server.site().any_database()?;
    let texts = match &args.corpus {
        Some(file) => corpus::read(file)?,
        None => corpus::texts(20_000),
    };
    let world = World::build(server, args.messages, args.members, texts).await?;
    let cheapest = async |_| {
        let mut times = Times::new()?;
        sending::cheapest(&world.reader, &mut times).await?;
        Ok(times)
    };
    let mut read = Read { server: server.pid()?, runs: args.runs, report };
    if args.does(Part::History) {
        let name = format!("history page of 50, anywhere in {}", world.messages);
        let bare = async |run| reading::bare_history(&world, run, &url).await;
        let ours = async |run| reading::history(&world, run).await;
        read.beside(&name, ours, "  the same statements, bare", bare).await?;
    }
    if args.does(Part::Open) {
        let ours = async |_| reading::opening(&world).await;
        read.beside("opening: 200 spaces, 500 chats", ours, CHEAPEST, cheapest).await?;
    }
    if args.does(Part::Participants) {
        let name = format!("participants of a space of {}", args.members);
        let ours = async |run| reading::participants(&world, run).await;
        read.beside(&name, ours, CHEAPEST, cheapest).await?;
    }
    if args.does(Part::Search) {
        let name = format!("search in {} messages", world.messages);
        let ours = async |run| reading::search(&world, run).await;
        read.beside(&name, ours, CHEAPEST, cheapest).await?;
    }
    Ok(())
}

/// Runs of requests, and beside each what they are compared with.
struct Read<'a> {
    server: u32,
    runs: u32,
    report: &'a mut Report,
}

impl Read<'_> {
    async fn beside(
        &mut self,
        name: &str,
        ours: impl AsyncFn(u64) -> anyhow::Result<Times>,
        other_name: &str,
        other: impl AsyncFn(u64) -> anyhow::Result<Times>,
    ) -> anyhow::Result<()> {
        let (mut runs, mut others) = (Runs::new(name)?, Times::new()?);
        for run in 0..u64::from(self.runs) {
            let one = async |times: &mut Times| {
                *times = ours(run).await?;
                Ok(0.0)
            };
            runs.add(self.server, self.report, one).await?;
            others.merge(&other(run).await?)?;
        }
        if runs.median(self.report).is_some() {
            self.report.times(name, &runs.times);
            self.report.times(other_name, &others);
            self.report.ratio(&runs.times, &others);
        }
        Ok(())
    }
}

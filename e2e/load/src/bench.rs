mod cores;
mod live;
mod pgbench;
mod reading;
mod report;
mod sending;
mod sockets;
mod world;

use crate::Place;
use crate::client::Client;
use crate::corpus;
use crate::server::Server;
use crate::stats::Times;
use clap::{Args, ValueEnum};
use cores::Busy;
use report::{Report, median};
use sending::Senders;
use std::path::PathBuf;
use std::time::Instant;
pub use world::World;

/// How much of everything.
#[derive(Debug, Args)]
pub struct Bench {
    /// Only these measurements; default: all.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Runs of each measurement; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// Messages of the chat in which is read and searched, and of the import.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1000..=2_000_000))]
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
    /// Sockets that hear one chat.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    sockets: u32,
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
    /// One message to many sockets, and what a socket costs, beside a bare server.
    Sockets,
    /// All those sockets come back at once.
    Storm,
    /// Pages anywhere in a long chat, beside the bare statement.
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
    cores::allow_files(args.sockets * 3 / 2 + 2000).await?;
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
        let base = sending::reference(&owner, args.seconds).await?;
        report.rate("reference: GET /health/live, 16 at a time", base.per_second);
        report.times("reference: GET /health/live, alone", &base.alone);
    }
    sends(&server, args, &mut report).await?;
    if args.does(Part::Seen) {
        let busy = Busy::start(server.pid()?)?;
        let times = live::seen(&server, args.seconds, args.runs).await?;
        report.times("send → seen, 1,000 sends a second", &times);
        report.line("  cores", &busy.stop()?.text());
        report.memory("memory, with 100 active people", server.memory()?);
    }
    if args.does(Part::Sockets) || args.does(Part::Storm) {
        sockets::measure(&server, args, &mut report).await?;
    }
    reads(&server, args, &mut report).await?;
    if args.does(Part::Import) {
        let file = server.home().join("history.ndjson");
        corpus::write(&file, args.messages as usize, 7)?;
        let path = file.to_string_lossy().into_owned();
        let import = ["import", "community", &path, "--space", "History", "--owner", "bench_owner"];
        let summary = server.command(&import).await?;
        let line = summary.lines().find(|line| line.contains("imported")).unwrap_or("-");
        report.line("import", line);
    }
    report.memory("memory, at the end", server.memory()?);
    report.print();
    server.end().await
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
    if args.does(Part::Sends) {
        let senders = Senders::gather(server, "sends", 16, 16).await?;
        let pairs: Vec<_> = senders.0.iter().map(|(client, chat)| (client.id, *chat)).collect();
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        let mut times = Times::new()?;
        for _ in 0..args.runs {
            let busy = Busy::start(server.pid()?)?;
            ours.push(senders.send(args.seconds, &mut times).await?);
            report.line("  cores", &busy.stop()?.text());
            let url = server.site().any_database()?;
            match pgbench::sends(server.home(), &url, &pairs, args.seconds).await {
                Ok(rate) => bare.push(rate),
                Err(error) => report.line("  pgbench", &format!("{error:#}")),
            }
        }
        report.rate("durable sends, 16 people in 16 chats", median(&mut ours));
        report.times("durable send, 16 people in 16 chats", &times);
        if !bare.is_empty() {
            let (ours, bare) = (median(&mut ours), median(&mut bare));
            report.rate("  pgbench, the same statements", bare);
            report.line("  ratio", &format!("{:.2}", ours / bare));
        }
    }
    if args.does(Part::Hot) {
        let senders = Senders::gather(server, "hot", 64, 1).await?;
        let mut rates = Vec::new();
        let mut times = Times::new()?;
        for _ in 0..args.runs {
            let busy = Busy::start(server.pid()?)?;
            rates.push(senders.send(args.seconds, &mut times).await?);
            report.line("  cores", &busy.stop()?.text());
        }
        report.rate("durable sends, 64 people in one chat", median(&mut rates));
        report.times("durable send, 64 people in one chat", &times);
    }
    Ok(())
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
    let busy = Busy::start(server.pid()?)?;
    if args.does(Part::History) {
        let (ours, bare) =
            (reading::history(&world).await?, reading::bare_history(&world, &url).await?);
        report.times(&format!("history page of 50, anywhere in {}", world.messages), &ours);
        report.times("  the bare statement", &bare);
        let ratio = ours.at(0.5).as_secs_f64() / bare.at(0.5).as_secs_f64().max(1e-6);
        report.line("  ratio of the medians", &format!("{ratio:.1}"));
    }
    if args.does(Part::Open) {
        report.times("opening: 200 spaces, 500 chats", &reading::opening(&world).await?);
    }
    if args.does(Part::Participants) {
        let name = format!("participants of a space of {}", args.members);
        report.times(&name, &reading::participants(&world).await?);
    }
    if args.does(Part::Search) {
        let name = format!("search in {} messages", world.messages);
        report.times(&name, &reading::search(&world).await?);
    }
    report.line("  cores", &busy.stop()?.text());
    Ok(())
}

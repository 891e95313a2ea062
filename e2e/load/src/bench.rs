mod live;
mod reading;
mod report;
mod sending;

use crate::Place;
use crate::client::Client;
use crate::corpus;
use crate::server::Server;
use clap::Args;
use report::Report;

/// How much of everything.
#[derive(Debug, Args)]
pub struct Bench {
    /// Messages of the made-up history in which is read and searched.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1000..=2_000_000))]
    messages: u32,
    /// Seconds of each measurement that goes by time.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Sockets of the fan-out.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(2..=500))]
    sockets: u16,
}

/// `load bench`. Ratios compare with the cheapest request of the same server in the same run.
pub async fn run(place: &Place, args: &Bench) -> anyhow::Result<()> {
    let server = Server::start(place).await?;
    let owner = Client::register(server.address, "bench_owner").await?;
    let mut report = Report::default();
    report.memory("memory, idle", server.memory()?);

    let base = sending::reference(&owner, args.seconds).await?;
    report.rate("reference: GET /health/live, 16 at a time", base.per_second, None);
    report.times("reference: GET /health/live, alone", &base.alone, None);

    let file = server.home().join("history.ndjson");
    corpus::write(&file, args.messages as usize, 7)?;
    let path = file.to_string_lossy().into_owned();
    let import = ["import", "community", &path, "--space", "History", "--owner", "bench_owner"];
    let summary = server.command(&import).await?;
    report.line("import", summary.lines().find(|line| line.contains("imported")).unwrap_or("-"));

    let alone = base.alone.at(0.5);
    let history = reading::history(&owner).await?;
    report.times("history page of 50", &history, Some(alone));
    let search = reading::search(&owner).await?;
    report.times("search", &search, Some(alone));

    let sends = sending::durable(&server, args.seconds).await?;
    report.rate("durable sends, 16 at a time", sends.per_second, Some(base.per_second));
    report.times("durable send, 16 at a time", &sends.times, None);

    let latency = live::latency(&server, args.seconds).await?;
    report.times("send → seen, 20 a second, 10 sockets", &latency, Some(alone));
    let fan_out = live::fan_out(&server, args.sockets).await?;
    report.rate(&format!("deliveries to {} sockets", args.sockets), fan_out, None);
    report.memory("memory, at the end", server.memory()?);
    report.print();
    server.end().await
}

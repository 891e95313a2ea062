//! The same load for hours (battery R19): memory and descriptors do not grow, and answers do not become
//! slower.

use crate::Place;
use crate::book::lock;
use crate::community::Community;
use crate::crowd::files;
use crate::ledger::Talk;
use crate::person::Manner;
use crate::server::Server;
use crate::socket::Socket;
use crate::stats::{Times, millis};
use anyhow::ensure;
use clap::Args;
use std::time::{Duration, Instant};

const PEOPLE: usize = 12;
const CHATS: usize = 4;
/// About a third of what a machine with two cores takes, with everything on it.
const RATE: f64 = 100.0;
/// What the allocator and caches keep more or less of from one moment to the next.
const NOISE: f64 = 8.0;
const AN_HOUR: f64 = 1.0;
/// Descriptors that come and go: sockets that break, connections of the pools.
const OTHERS: i64 = 12;

/// For how long.
#[derive(Debug, Args)]
pub struct Soak {
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// Negative control: sockets are opened and never closed.
    #[arg(long)]
    leak: bool,
}

impl Soak {
    pub fn new(minutes: f64, leak: bool) -> Self {
        Self { minutes, leak }
    }
}

/// A part of the time: the first one warms up, the others are compared.
#[derive(Default)]
struct Part {
    /// MiB.
    memory: Vec<f64>,
    files: Vec<f64>,
    answered: Option<Times>,
}

/// `load soak`.
pub async fn run(place: &Place, args: &Soak) -> anyhow::Result<()> {
    println!("{RATE} messages a second for {} minutes", args.minutes);
    let settings = vec![("SPACE_SOCKETS_PER_USER", "1000".to_owned())];
    let server = Server::start_with(place, settings).await?;
    let community = Community::gather(server.address, PEOPLE, CHATS).await?;
    let manner = Manner {
        breaks: Some(Duration::from_secs(3)),
        patience: Duration::from_secs(20),
        ..Manner::with_pause(Duration::from_secs_f64(PEOPLE as f64 / RATE))
    };
    let talk = Talk::begin(&community, manner);
    let third = Duration::from_secs_f64(args.minutes * 20.0);
    let (mut parts, mut leaked) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let mut part = Part::default();
        let began = Instant::now();
        while began.elapsed() < third {
            if args.leak {
                leaked.push(Socket::open(&community.people[0].client).await?);
            }
            tokio::time::sleep((third / 50).max(Duration::from_millis(250))).await;
            part.memory.push(server.memory()? as f64 / 1024.0 / 1024.0);
            part.files.push(files(server.pid()?)? as f64);
        }
        part.answered =
            Some(std::mem::replace(&mut *lock(&community.book.answered), Times::new()?));
        parts.push(part);
    }
    talk.end(&community).await?;
    drop(leaked);
    server.end().await?;
    compare(&parts[1], &parts[2], args.minutes / 60.0)
}

/// The last part with the one before it.
fn compare(before: &Part, after: &Part, hours: f64) -> anyhow::Result<()> {
    let middle = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    };
    let memory = [before, after].map(|part| middle(&part.memory));
    let files = [before, after].map(|part| middle(&part.files) as i64);
    let slowest = [before, after]
        .map(|part| part.answered.as_ref().map(|times| times.at(0.99)).unwrap_or_default());
    println!("  {:.1} MiB, then {:.1} MiB", memory[0], memory[1]);
    println!("  {} descriptors, then {}", files[0], files[1]);
    println!("  send → answer, p99: {}, then {}", millis(slowest[0]), millis(slowest[1]));
    ensure!(files[1] - files[0] <= OTHERS, "descriptors grow");
    ensure!(memory[1] - memory[0] <= hours / 3.0 + NOISE, "memory grows");
    // Of a few minutes p99 says little.
    let factor = if hours >= AN_HOUR { 1.1 } else { 2.0 };
    let allowed = slowest[0].mul_f64(factor) + Duration::from_millis(10);
    ensure!(slowest[1] <= allowed, "answers become slower");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(memory: f64, files: f64, millis: u64) -> Part {
        let mut times = Times::new().expect("bounds");
        times.add(Duration::from_millis(millis));
        Part { memory: vec![memory], files: vec![files], answered: Some(times) }
    }

    #[test]
    fn whatever_grows_is_noticed() {
        let calm = part(80.0, 40.0, 20);
        assert!(compare(&calm, &part(86.0, 45.0, 21), 0.1).is_ok());
        for worse in [part(90.0, 40.0, 20), part(80.0, 60.0, 20), part(80.0, 40.0, 80)] {
            assert!(compare(&calm, &worse, 0.1).is_err());
        }
        assert!(compare(&calm, &part(80.0, 40.0, 34), 8.0).is_err(), "a tenth more in hours");
    }
}

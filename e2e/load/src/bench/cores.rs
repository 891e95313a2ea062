use anyhow::{Context as _, ensure};
use std::process::Stdio;
use std::time::Instant;
use tokio::process::Command;

/// Above this share of its core the generator is what was measured.
const LIMIT: f64 = 0.95;

/// Puts this process on the last core and the server's process on the first; `false` where there is
/// only one, or no `taskset`.
pub async fn apart(server: u32) -> bool {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores > 1 && pin(std::process::id(), cores - 1).await.is_ok() && pin(server, 0).await.is_ok()
}

async fn pin(pid: u32, core: usize) -> anyhow::Result<()> {
    let mut command = Command::new("taskset");
    command.args(["--all-tasks", "--cpu-list", "--pid", &core.to_string(), &pid.to_string()]);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
    ensure!(status.success(), "taskset failed");
    Ok(())
}

/// Lets this process open so many files and sockets, and those that it starts.
pub async fn allow_files(count: u32) -> anyhow::Result<()> {
    let mut command = Command::new("prlimit");
    let pid = std::process::id().to_string();
    command.args(["--pid", &pid, &format!("--nofile={count}:{count}")]);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
    ensure!(status.success(), "prlimit --nofile={count} failed");
    Ok(())
}

/// The processor time of two processes since a moment.
pub struct Busy {
    began: Instant,
    server: (u32, f64),
    generator: f64,
}

/// Shares of one core.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    pub server: f64,
    pub generator: f64,
}

impl Busy {
    pub fn start(server: u32) -> anyhow::Result<Self> {
        let (began, generator) = (Instant::now(), seconds(std::process::id())?);
        Ok(Self { began, server: (server, seconds(server)?), generator })
    }

    pub fn stop(&self) -> anyhow::Result<Shares> {
        let took = self.began.elapsed().as_secs_f64().max(0.001);
        let (pid, before) = self.server;
        Ok(Shares {
            server: (seconds(pid)? - before) / took,
            generator: (seconds(std::process::id())? - self.generator) / took,
        })
    }
}

impl Shares {
    /// As people read them; says so when the run is void.
    pub fn text(self) -> String {
        let void =
            if self.generator > LIMIT { ", VOID: the generator was at its limit" } else { "" };
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        format!("server {}, generator {}{void}", percent(self.server), percent(self.generator))
    }
}

/// Processor time of a process so far, of all its threads.
fn seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("/proc/…/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime; Linux counts a hundred ticks a second.
    Ok((ticks(11) + ticks(12)) / 100.0)
}

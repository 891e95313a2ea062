use anyhow::ensure;
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
    ensure!(status.success(), "{count} files and sockets are needed: raise `ulimit -Hn`");
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
    /// Whether the generator was at its limit: then the run says nothing of the server.
    pub fn is_void(self) -> bool {
        self.generator > LIMIT
    }

    /// As people read them; says so when the run is void.
    pub fn text(self) -> String {
        let void = if self.is_void() { ", VOID: the generator was at its limit" } else { "" };
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        format!("server {}, generator {}{void}", percent(self.server), percent(self.generator))
    }
}

/// Processor time of a process so far, of its threads that have not ended: `/proc/…/stat` counts in
/// hundredths of a second, which is too coarse for a message to many sockets.
fn seconds(pid: u32) -> anyhow::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // One may end meanwhile.
        let spent = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        nanoseconds += spent.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0);
    }
    Ok(nanoseconds / 1e9)
}

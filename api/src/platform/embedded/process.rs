//! The server's process: made, started, watched, stopped.

use super::binaries::Binaries;
use super::home::Home;
use super::memory;
use anyhow::{Context, bail};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Seconds a fast stop may take, the last checkpoint included.
const STOP_LIMIT: &str = "60";

/// What `postmaster.pid` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Absent,
    /// The file is there, its process is not.
    Stale,
    Starting,
    Ready,
    Stopping,
}

/// Reads the server's own note about itself.
pub(super) fn state(home: &Home) -> anyhow::Result<State> {
    let text = match fs::read_to_string(home.pid_file()) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::Absent),
        Err(error) => return Err(error).context("postmaster.pid"),
    };
    let mut lines = text.lines();
    let Some(pid) = lines.next().and_then(|line| line.parse::<u32>().ok()) else {
        // The server writes the file in one go, but its directory entry comes first.
        return Ok(State::Starting);
    };
    if !is_postgres(pid) {
        return Ok(State::Stale);
    }
    Ok(match lines.nth(6).map(str::trim) {
        Some("ready") => State::Ready,
        Some("stopping") => State::Stopping,
        _ => State::Starting,
    })
}

fn is_postgres(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

/// Makes the cluster beside its place and moves it there, so that half a cluster is never used.
pub(super) fn init(binaries: &Binaries, home: &Home, superuser: &str) -> anyhow::Result<()> {
    let fresh = home.cluster.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).context("removing a half-made database")?;
    }
    home.own_dir(&fresh)?;
    let mut command = home.account.command(&binaries.program("initdb"));
    command.arg("-D").arg(&fresh).args(["-U", superuser, "-A", "trust"]);
    command.args(["-E", "UTF8", "--locale=C.UTF-8"]);
    run(command, "making the private database")?;
    fs::rename(&fresh, &home.cluster).context("moving the new database to its place")
}

/// Asks the server to end its sessions and go, and waits for it.
pub(super) fn stop(binaries: &Binaries, home: &Home) -> anyhow::Result<()> {
    let mut command = home.account.command(&binaries.program("pg_ctl"));
    command.arg("stop").arg("-D").arg(&home.cluster).args(["-m", "fast", "-w", "-t", STOP_LIMIT]);
    let stopped = run(command, "stopping the private PostgreSQL");
    match state(home)? {
        // It went by itself meanwhile: just as good.
        State::Absent | State::Stale => Ok(()),
        _ => stopped,
    }
}

fn run(mut command: Command, what: &str) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| what.to_owned())?;
    if output.status.success() {
        return Ok(());
    }
    bail!("{what}: {}", String::from_utf8_lossy(&output.stderr).trim());
}

/// The server's process, kept by a thread of its own: where the kernel can end a child with its
/// parent, the parent is the *thread* that made it, so that thread must outlive the child.
#[derive(Debug)]
pub(super) struct Postmaster {
    keeper: JoinHandle<()>,
    exited: Receiver<ExitStatus>,
}

impl Postmaster {
    pub fn spawn(binaries: &Binaries, home: &Home) -> anyhow::Result<Self> {
        let mut command = command(binaries, home);
        command.stdin(Stdio::null()).stdout(home.open_log()?).stderr(home.open_log()?);
        // Ctrl-C goes to the terminal's process group; the database must outlive the draining.
        command.process_group(0);
        let (spawned_in, spawned) = channel();
        let (exited_in, exited) = channel();
        let keep = move || match command.spawn() {
            Err(error) => drop(spawned_in.send(Err(error))),
            Ok(child) => {
                drop(spawned_in.send(Ok(())));
                wait(child, &exited_in);
            }
        };
        let keeper = std::thread::Builder::new().name("postgres-keeper".to_owned()).spawn(keep)?;
        spawned.recv()?.context("starting the private PostgreSQL")?;
        Ok(Self { keeper, exited })
    }

    /// The exit status, if the server ends within the time.
    pub fn exited_within(&self, limit: Duration) -> Option<ExitStatus> {
        self.exited.recv_timeout(limit).ok()
    }

    /// Waits until the process is gone.
    pub fn join(self) {
        if self.keeper.join().is_err() {
            tracing::error!("the keeper of the private PostgreSQL panicked");
        }
    }
}

fn wait(mut child: Child, exited: &std::sync::mpsc::Sender<ExitStatus>) {
    match child.wait() {
        // Nobody listens any more once the server runs.
        Ok(status) => drop(exited.send(status)),
        Err(error) => tracing::error!("waiting for the private PostgreSQL: {error}"),
    }
}

/// `postgres`, ended by the kernel with this process where `setpriv` (util-linux) is installed.
fn command(binaries: &Binaries, home: &Home) -> Command {
    let postgres = binaries.program("postgres");
    let setpriv = Path::new("/usr/bin/setpriv");
    let mut command = if setpriv.exists() {
        let mut command = home.account.command(setpriv);
        command.args(["--pdeathsig", "INT", "--"]).arg(postgres);
        command
    } else {
        home.account.command(&postgres)
    };
    command.arg("-D").arg(&home.cluster).arg("-k").arg(&home.socket_dir);
    for setting in ["listen_addresses=", "unix_socket_permissions=0700", "timezone=UTC"] {
        command.args(["-c", setting]);
    }
    command.arg("-c").arg(format!("shared_buffers={}MB", memory::shared_buffers()));
    command
}

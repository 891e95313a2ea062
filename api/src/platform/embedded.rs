//! The private PostgreSQL: one server in the data folder, started and stopped with this process.
//!
//! It listens on a Unix socket in a folder of its own and on no network address. The process that
//! holds the lock file owns the server; another one on the same data folder (an import beside
//! `serve`) is a guest: it connects and never stops it.

mod binaries;
mod home;
mod memory;
mod process;

use crate::config::DatabaseConfig;
use anyhow::{Context, bail};
use binaries::Binaries;
use home::{Account, Home};
use process::{Postmaster, State};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_postgres::NoTls;

/// The superuser and the database, named alike.
const NAME: &str = "space";
/// How long a start may take; crash recovery of a big database is part of it.
const START_LIMIT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

/// A running private server; dropping it stops the server if this process owns it.
#[derive(Debug)]
pub struct PrivatePostgres {
    home: Home,
    owned: Option<Owned>,
}

#[derive(Debug)]
struct Owned {
    binaries: Binaries,
    postmaster: Postmaster,
    /// Held as long as the server is ours.
    _lock: File,
}

impl PrivatePostgres {
    /// Starts the server, or joins the one that another process runs on this data folder, and
    /// makes the database if it is not there.
    ///
    /// # Errors
    /// PostgreSQL is not installed, the folder can't be used, or the server does not come up.
    pub async fn start(config: &DatabaseConfig, data_dir: &Path) -> anyhow::Result<Self> {
        let binaries = config.binaries.clone();
        let data_dir = data_dir.to_owned();
        let server = tokio::task::spawn_blocking(move || start(binaries, &data_dir)).await??;
        server.ensure_database().await?;
        Ok(server)
    }

    /// The `DATABASE_URL` of the server.
    #[must_use]
    pub fn url(&self) -> String {
        let folder: String =
            self.home.socket_dir.to_string_lossy().bytes().fold(String::new(), |mut text, byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    text.push_str(&format!("%{byte:02X}"));
                }
                text
            });
        format!("postgres://{NAME}@{folder}/{NAME}")
    }

    /// Whether this process started the server and will stop it.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.owned.is_some()
    }

    /// Stops the server if this process owns it, and waits until it is gone.
    pub async fn stop(self) {
        if tokio::task::spawn_blocking(move || drop(self)).await.is_err() {
            tracing::error!("stopping the private PostgreSQL failed");
        }
    }

    async fn ensure_database(&self) -> anyhow::Result<()> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.home.socket_dir).user(NAME).dbname("postgres");
        let (client, connection) = config.connect(NoTls).await.context("private PostgreSQL")?;
        let driver = tokio::spawn(connection);
        let known = client
            .query_opt("select 1 from pg_database where datname = $1", &[&NAME])
            .await
            .context("private PostgreSQL")?;
        if known.is_none() {
            client.batch_execute(&format!("create database {NAME}")).await?;
        }
        drop(client);
        driver.await?.context("private PostgreSQL")
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        let Some(owned) = self.owned.take() else { return };
        if let Err(error) = process::stop(&owned.binaries, &self.home) {
            tracing::error!("{error:#}");
        }
        owned.postmaster.join();
    }
}

fn start(binaries: Option<PathBuf>, data_dir: &Path) -> anyhow::Result<PrivatePostgres> {
    let account = Account::for_server()?;
    let home = Home::prepare(data_dir, account)?;
    let lock = home.open_lock()?;
    match lock.try_lock() {
        Ok(()) => own(Binaries::find(binaries, home.cluster_version()?)?, home, lock),
        Err(TryLockError::WouldBlock) => join(home),
        Err(TryLockError::Error(error)) => Err(error).context("the lock of the data folder"),
    }
}

/// The lock is ours, so what still runs is an orphan of a process that was killed: it is stopped,
/// and a server that ends with this process takes its place.
fn own(binaries: Binaries, home: Home, lock: File) -> anyhow::Result<PrivatePostgres> {
    match process::state(&home)? {
        State::Absent => {}
        State::Stale => home.remove_pid_file()?,
        State::Starting | State::Ready | State::Stopping => process::stop(&binaries, &home)?,
    }
    if home.cluster_version()?.is_none() {
        process::init(&binaries, &home, NAME)?;
    }
    let postmaster = Postmaster::spawn(&binaries, &home)?;
    let deadline = Instant::now() + START_LIMIT;
    let server = PrivatePostgres { home, owned: Some(Owned { binaries, postmaster, _lock: lock }) };
    let Some(owned) = &server.owned else { bail!("the private PostgreSQL has no process") };
    while process::state(&server.home)? != State::Ready {
        if let Some(status) = owned.postmaster.exited_within(POLL) {
            bail!("the private PostgreSQL did not start ({status}):\n{}", server.home.log_tail());
        }
        if Instant::now() > deadline {
            bail!("the private PostgreSQL takes too long to start:\n{}", server.home.log_tail());
        }
    }
    Ok(server)
}

/// Another process owns the server: wait until it is ready.
fn join(home: Home) -> anyhow::Result<PrivatePostgres> {
    let deadline = Instant::now() + START_LIMIT;
    while process::state(&home)? != State::Ready {
        if Instant::now() > deadline {
            bail!("another process uses this data folder, but its PostgreSQL is not ready");
        }
        std::thread::sleep(POLL);
    }
    Ok(PrivatePostgres { home, owned: None })
}

#[cfg(test)]
mod tests;

//! The server under test: started, killed, started again on the same port and database.

use crate::Place;
use anyhow::{Context as _, bail, ensure};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio_postgres::NoTls;
use uuid::Uuid;

/// How long a start may take; crash recovery of the database is part of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Dropping it kills the process; [`Server::end`] also removes its data.
pub struct Server {
    api: PathBuf,
    child: Child,
    pub address: SocketAddr,
    home: PathBuf,
    database: Option<Database>,
}

/// A database of our own on somebody's server.
struct Database {
    maintenance: String,
    name: String,
    url: String,
}

impl Server {
    /// Starts on a free port with a fresh database.
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let api = match &place.api {
            Some(api) => api.clone(),
            None => std::env::current_exe()?.with_file_name("api"),
        };
        ensure!(api.is_file(), "there is no server at {}: cargo build -p api", api.display());
        let home = std::env::temp_dir().join(format!("space-load-{}", Uuid::now_v7().simple()));
        std::fs::create_dir(&home)?;
        let database = match &place.database {
            Some(url) => Some(Database::create(url).await?),
            None => None,
        };
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let (child, address) = spawn(&api, &home, database.as_ref(), free).await?;
        Ok(Self { api, child, address, home, database })
    }

    /// SIGKILL, and a new process in its place.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.child.start_kill()?;
        self.child.wait().await?;
        let began = Instant::now();
        loop {
            match spawn(&self.api, &self.home, self.database.as_ref(), self.address).await {
                Ok((child, _)) => {
                    self.child = child;
                    return Ok(());
                }
                // The private PostgreSQL of the killed process may still be going down.
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Runs another command of the server's binary on the same data and returns what it prints.
    pub async fn command(&self, args: &[&str]) -> anyhow::Result<String> {
        let mut command = configured(&self.api, &self.home, self.database.as_ref(), self.address);
        let output = command.args(args).output().await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "api {} failed:\n{text}{errors}", args.join(" "));
        Ok(text)
    }

    /// Resident memory of the process, in bytes.
    pub fn memory(&self) -> anyhow::Result<u64> {
        let pid = self.child.id().context("the server is not running")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: u64 = line
            .and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok())
            .context("no VmRSS")?;
        Ok(kib * 1024)
    }

    /// Where files for the server may be put.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Stops as an operator would, and removes all data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.child.id() {
            let pid = pid.to_string();
            Command::new("kill").args(["-TERM", &pid]).status().await?;
        }
        let stopped = tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await;
        stopped.context("the server does not stop within 15 s of SIGTERM")??;
        if let Some(database) = &self.database {
            database.remove().await?;
        }
        std::fs::remove_dir_all(&self.home)?;
        Ok(())
    }
}

impl Database {
    async fn create(maintenance: &str) -> anyhow::Result<Self> {
        let name = format!("load_{}", Uuid::now_v7().simple());
        execute(maintenance, &format!("CREATE DATABASE {name}")).await?;
        let (base, query) = match maintenance.split_once('?') {
            Some((base, query)) => (base, format!("?{query}")),
            None => (maintenance, String::new()),
        };
        let (server, _) = base.rsplit_once('/').context("a database name in the URL")?;
        let url = format!("{server}/{name}{query}");
        Ok(Self { maintenance: maintenance.to_owned(), name, url })
    }

    async fn remove(&self) -> anyhow::Result<()> {
        execute(&self.maintenance, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn execute(url: &str, sql: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await?;
    drop(client);
    Ok(driver.await??)
}

/// No rate limits and cheap hashing: the server's own work is measured.
fn configured(api: &Path, home: &Path, database: Option<&Database>, listen: SocketAddr) -> Command {
    let mut command = Command::new(api);
    command
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME"))
        .env("SPACE_LISTEN", listen.to_string())
        .env("SPACE_DATA_DIR", home.join("data"))
        .env("SPACE_WEB_DIR", home.join("no-web"))
        .env("SPACE_LIMIT_FACTOR", "0")
        .env("SPACE_SOCKETS_PER_ADDRESS", "10000")
        .env("SPACE_BCRYPT_COST", "4")
        .env("SPACE_LOG", "warn")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(database) = database {
        command.env("DATABASE_URL", &database.url);
    }
    command
}

async fn spawn(
    api: &Path,
    home: &Path,
    database: Option<&Database>,
    listen: SocketAddr,
) -> anyhow::Result<(Child, SocketAddr)> {
    let mut command = configured(api, home, database, listen);
    let log = std::fs::OpenOptions::new().create(true).append(true).open(home.join("log"))?;
    let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(log).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(output).lines();
    let address = tokio::time::timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.strip_prefix("Listening on http://") {
                return anyhow::Ok(address.trim().parse()?);
            }
        }
        bail!("{}", std::fs::read_to_string(home.join("log"))?)
    });
    let address = address.await.context("the server does not start")??;
    // Read to the end, or the server would block on a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((child, address))
}

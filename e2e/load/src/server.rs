//! The server under test: started, killed, started again on the same port and database.

use crate::Place;
use anyhow::{Context as _, bail, ensure};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio_postgres::NoTls;
use uuid::Uuid;

/// How long a start may take; crash recovery of the database is part of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where servers live: the program, a folder, a database of their own, settings.
pub struct Site {
    api: PathBuf,
    home: PathBuf,
    database: Option<Database>,
    settings: Vec<(&'static str, String)>,
}

/// A running server. Dropping it kills the process; [`Server::end`] also removes its data.
pub struct Server {
    site: Site,
    child: Child,
    pub address: SocketAddr,
}

/// A database of our own on somebody's server.
struct Database {
    maintenance: String,
    name: String,
    url: String,
}

impl Site {
    /// A folder, and a fresh database where one is given.
    pub async fn prepare(
        place: &Place,
        settings: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
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
        Ok(Self { api, home, database, settings })
    }

    /// No rate limits and cheap hashing: the server's own work is measured.
    fn command(&self, listen: SocketAddr) -> Command {
        let mut command = Command::new(&self.api);
        command
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("SPACE_LISTEN", listen.to_string())
            .env("SPACE_DATA_DIR", self.home.join("data"))
            .env("SPACE_WEB_DIR", self.home.join("no-web"))
            .env("SPACE_LIMIT_FACTOR", "0")
            .env("SPACE_SOCKETS_PER_ADDRESS", "10000")
            // Those who come back meet those of before, which may not be gone yet.
            .env("SPACE_SOCKETS_PER_USER", "20")
            .env("SPACE_BCRYPT_COST", "4")
            .env("SPACE_LOG", "warn")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", &database.url);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts a server; port 0 takes a free one.
    pub async fn spawn(&self, listen: SocketAddr) -> anyhow::Result<(Child, SocketAddr)> {
        let log = self.home.join("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log)?;
        let mut command = self.command(listen);
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(file).spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(output).lines();
        let address = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("Listening on http://") {
                    return anyhow::Ok(address.trim().parse()?);
                }
            }
            bail!("{}", std::fs::read_to_string(&log)?)
        });
        let address = address.await.context("the server does not start")??;
        // Read to the end, or the server would block on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((child, address))
    }

    /// As [`Site::spawn`], again until it works: what was killed may still be going down.
    pub async fn respawn(&self, listen: SocketAddr) -> anyhow::Result<Child> {
        let began = Instant::now();
        loop {
            match self.spawn(listen).await {
                Ok((child, _)) => return Ok(child),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Runs another command of the server's binary on the same data and returns what it prints.
    pub async fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let output = self.command(nowhere).args(args).output().await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "api {} failed:\n{text}{errors}", args.join(" "));
        Ok(text)
    }

    /// One setting more, for servers that are started from now on.
    pub fn set(&mut self, name: &'static str, value: String) {
        self.settings.push((name, value));
    }

    /// Where files may be put.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The address of the database, where it is not the server's private one.
    pub fn database(&self) -> anyhow::Result<&str> {
        let database =
            self.database.as_ref().context("--database or TEST_DATABASE_URL is needed")?;
        Ok(&database.url)
    }

    /// The address of the database, also of the server's private one, while it runs.
    pub fn any_database(&self) -> anyhow::Result<String> {
        if let Some(database) = &self.database {
            return Ok(database.url.clone());
        }
        let note = std::fs::read_to_string(self.home.join("data/postgres/postmaster.pid"));
        let note = note.context("no private PostgreSQL is running")?;
        // Process, folder, start, port, folder of the socket.
        let mut lines = note.lines().skip(3);
        let (port, folder) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        Ok(format!("postgres://space@{}:{port}/space", folder.trim().replace('/', "%2F")))
    }

    /// Removes all data.
    pub async fn remove(self) -> anyhow::Result<()> {
        if let Some(database) = &self.database {
            database.remove().await?;
        }
        Ok(std::fs::remove_dir_all(&self.home)?)
    }
}

/// SIGTERM, as an operator stops a server; waits until it is gone.
pub async fn terminate(child: &mut Child) -> anyhow::Result<()> {
    end_by(child, "TERM").await.map(drop)
}

async fn end_by(child: &mut Child, name: &str) -> anyhow::Result<ExitStatus> {
    signal(child, name).await?;
    let ended = tokio::time::timeout(Duration::from_secs(15), child.wait()).await;
    Ok(ended.with_context(|| format!("the server does not end within 15 s of SIG{name}"))??)
}

/// Sends a signal to a process that we started.
pub async fn signal(child: &Child, name: &str) -> anyhow::Result<()> {
    if let Some(pid) = child.id() {
        Command::new("kill").args(["-s", name, &pid.to_string()]).status().await?;
    }
    Ok(())
}

impl Server {
    /// Starts on a free port with a fresh database.
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        Self::start_with(place, Vec::new()).await
    }

    /// As [`Server::start`], with these settings on top.
    pub async fn start_with(
        place: &Place,
        settings: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
        let site = Site::prepare(place, settings).await?;
        let (child, address) = site.spawn(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        Ok(Self { site, child, address })
    }

    /// SIGKILL, and a new process in its place.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.child.start_kill()?;
        self.child.wait().await?;
        self.child = self.site.respawn(self.address).await?;
        Ok(())
    }

    /// `STOP` or `CONT`.
    pub async fn signal(&self, name: &str) -> anyhow::Result<()> {
        signal(&self.child, name).await
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    /// As [`Site::run`].
    pub async fn command(&self, args: &[&str]) -> anyhow::Result<String> {
        self.site.run(args).await
    }

    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server is not running")
    }

    /// Resident memory of the process, in bytes.
    pub fn memory(&self) -> anyhow::Result<u64> {
        resident(self.pid()?)
    }

    /// Stops as an operator would; [`Server::resume`] starts again.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        terminate(&mut self.child).await
    }

    /// Sends a signal that ends it, and waits; [`Server::resume`] starts again.
    pub async fn end_by(&mut self, signal: &str) -> anyhow::Result<ExitStatus> {
        end_by(&mut self.child, signal).await
    }

    /// Starts again on the same port and data.
    pub async fn resume(&mut self) -> anyhow::Result<()> {
        self.child = self.site.respawn(self.address).await?;
        Ok(())
    }

    /// Where files for the server may be put.
    pub fn home(&self) -> &Path {
        self.site.home()
    }

    /// Stops as an operator would, and removes all data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        terminate(&mut self.child).await?;
        self.site.remove().await
    }
}

/// Resident memory of a process, in bytes.
pub fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line
        .and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok())
        .context("no VmRSS")?;
    Ok(kib * 1024)
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

/// Runs statements.
pub async fn execute(url: &str, sql: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await?;
    drop(client);
    Ok(driver.await??)
}

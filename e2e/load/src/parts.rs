//! Redis, PostgreSQL and a proxy of our own, to be killed.

use crate::server::execute;
use anyhow::{Context as _, bail, ensure};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a part may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A port that nobody uses now.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').map(PathBuf::from).chain(["/usr/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is missing: install it and try again"))
}

pub async fn until_open(port: u16) -> anyhow::Result<()> {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        ensure!(began.elapsed() < PATIENCE, "nothing listens on port {port}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A Redis that keeps nothing.
pub struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    pub async fn start() -> anyhow::Result<Self> {
        let port = free_port()?;
        Ok(Self { child: Self::spawn(port).await?, port })
    }

    async fn spawn(port: u16) -> anyhow::Result<Child> {
        let child = Command::new(program("redis-server")?)
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        until_open(port).await?;
        Ok(child)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// SIGKILL; after the pause a new one that knows nothing.
    pub async fn crash(&mut self, pause: Duration) -> anyhow::Result<()> {
        self.child.start_kill()?;
        self.child.wait().await?;
        tokio::time::sleep(pause).await;
        self.child = Self::spawn(self.port).await?;
        Ok(())
    }

    /// SIGSTOP for so long.
    pub async fn freeze(&self, time: Duration) -> anyhow::Result<()> {
        crate::server::signal(&self.child, "STOP").await?;
        tokio::time::sleep(time).await;
        crate::server::signal(&self.child, "CONT").await
    }
}

/// A proxy in front of servers that come and go at known addresses.
pub struct Proxy {
    _child: Child,
    pub address: SocketAddr,
}

impl Proxy {
    /// As [`Proxy::start_at`], on a free port.
    pub async fn start(home: &Path, nodes: &[SocketAddr]) -> anyhow::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], free_port()?)), home, nodes).await
    }

    /// Asks each node four times a second whether it is ready. A request whose connection fails goes to
    /// another node; nothing that a node may have seen is sent twice.
    pub async fn start_at(
        address: SocketAddr,
        home: &Path,
        nodes: &[SocketAddr],
    ) -> anyhow::Result<Self> {
        let mut config = format!(
            "global\n  maxconn 4000\n\
             defaults\n  mode http\n  timeout connect 2s\n  timeout client 120s\n  timeout server 120s\n\
             \x20 timeout tunnel 1h\n  timeout check 2s\n  retries 3\n  option redispatch 1\n\
             \x20 option forwardfor\n\
             frontend people\n  bind {address}\n  default_backend nodes\n\
             backend nodes\n  balance roundrobin\n  option httpchk GET /health/ready\n"
        );
        for (n, node) in nodes.iter().enumerate() {
            writeln!(config, "  server node{n} {node} check inter 250ms fall 1 rise 1")?;
        }
        let file = home.join("haproxy.cfg");
        std::fs::write(&file, config)?;
        let child = Command::new(program("haproxy")?)
            .args(["-db", "-q", "-f"])
            .arg(&file)
            .kill_on_drop(true)
            .spawn()?;
        until_open(address.port()).await?;
        Ok(Self { _child: child, address })
    }
}

/// A PostgreSQL that keeps what it says it has kept.
pub struct Postgres {
    child: Child,
    bin: PathBuf,
    home: PathBuf,
    settings: Vec<String>,
}

impl Postgres {
    /// `is_honest: false` makes it acknowledge commits before they are written: the negative control.
    pub async fn start(is_honest: bool) -> anyhow::Result<Self> {
        Self::start_in(Self::new_home(), is_honest).await
    }

    fn new_home() -> PathBuf {
        let name = format!("space-load-pg-{}", uuid::Uuid::now_v7().simple());
        std::env::temp_dir().join(name)
    }

    /// Makes the folder for one.
    async fn make_home(home: &Path) -> anyhow::Result<()> {
        std::fs::create_dir(home)?;
        if Self::is_root() {
            let owner = Command::new("chown").arg("postgres").arg(home).status().await?;
            ensure!(owner.success(), "cannot give the folder to postgres");
        }
        Ok(())
    }

    /// As [`Postgres::start`], in a folder that is made for it.
    pub async fn start_in(home: PathBuf, is_honest: bool) -> anyhow::Result<Self> {
        Self::make_home(&home).await?;
        let bin = Self::find()?;
        let made = Self::as_postgres(&bin.join("initdb"), &home)
            .args(["-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(home.join("data"))
            .stdout(Stdio::null())
            .status()
            .await?;
        ensure!(made.success(), "initdb failed");
        // What was written survives the process, synced or not; only a machine that fails needs more.
        let settings = ["listen_addresses=", "max_connections=200", "fsync=off"];
        let mut settings: Vec<String> = settings.into_iter().map(str::to_owned).collect();
        if !is_honest {
            settings.push("synchronous_commit=off".to_owned());
            // Nothing but the writer of the log, and that as late as it may.
            settings.push("wal_writer_delay=10000".to_owned());
        }
        let child = Self::spawn(&bin, &home, &settings)?;
        let postgres = Self { child, bin, home, settings };
        postgres.until_ready().await?;
        Ok(postgres)
    }

    /// A streaming replica of this one, as docs/operations.md makes one. It replays each commit so much
    /// later.
    pub async fn standby(&self, delay: Duration) -> anyhow::Result<Self> {
        let (home, bin) = (Self::new_home(), self.bin.clone());
        Self::make_home(&home).await?;
        let copied = Self::as_postgres(&bin.join("pg_basebackup"), &home)
            .args([
                "--checkpoint=fast",
                "--write-recovery-conf",
                "--no-sync",
                "--username=postgres",
            ])
            .arg("--host")
            .arg(&self.home)
            .arg("--pgdata")
            .arg(home.join("data"))
            .stdout(Stdio::null())
            .status()
            .await?;
        ensure!(copied.success(), "pg_basebackup failed");
        let mut settings = self.settings.clone();
        settings.push(format!("recovery_min_apply_delay={}", delay.as_millis()));
        let child = Self::spawn(&bin, &home, &settings)?;
        let standby = Self { child, bin, home, settings };
        standby.until_ready().await?;
        Ok(standby)
    }

    pub fn is_root() -> bool {
        std::fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt as _;
            own.uid() == 0
        })
    }

    fn find() -> anyhow::Result<PathBuf> {
        let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .collect();
        folders.sort();
        let found = folders.into_iter().rev().find(|bin| bin.join("initdb").is_file());
        match found {
            Some(bin) => Ok(bin),
            None => Ok(program("initdb")?.parent().context("no folder")?.to_owned()),
        }
    }

    /// PostgreSQL refuses to run as root.
    pub fn as_postgres(program: &Path, home: &Path) -> Command {
        let mut command = if Self::is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(home).env("LC_ALL", "C.UTF-8").stderr(Stdio::null());
        command
    }

    fn spawn(bin: &Path, home: &Path, settings: &[String]) -> anyhow::Result<Child> {
        let mut command = Self::as_postgres(&bin.join("postgres"), home);
        command.arg("-D").arg(home.join("data")).arg("-k").arg(home);
        for setting in settings {
            command.args(["-c", setting]);
        }
        Ok(command.stdout(Stdio::null()).kill_on_drop(true).spawn()?)
    }

    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of one of its databases.
    pub fn url_of(&self, database: &str) -> String {
        let folder = self.home.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{database}")
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.home.join(".s.PGSQL.5432")
    }

    async fn until_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while execute(&self.url(), "SELECT 1").await.is_err() {
            ensure!(began.elapsed() < PATIENCE, "PostgreSQL does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The postmaster and all its children.
    fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let Some(postmaster) = self.child.id() else { bail!("PostgreSQL is not running") };
        let mut all = vec![postmaster];
        for entry in std::fs::read_dir("/proc")? {
            let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
            let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if parent.and_then(|parent| parent.parse().ok()) == Some(postmaster) {
                all.push(pid);
            }
        }
        Ok(all)
    }

    async fn signal_all(&self, name: &str) -> anyhow::Result<()> {
        let processes = self.processes()?.into_iter().map(|pid| pid.to_string());
        Command::new("kill")
            .args(["-s", name])
            .args(processes)
            .stderr(Stdio::null())
            .status()
            .await?;
        Ok(())
    }

    /// SIGKILL for all its processes at once, then a new start.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.kill().await?;
        self.restart().await
    }

    /// SIGKILL for all its processes at once.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.signal_all("KILL").await?;
        self.child.wait().await?;
        Ok(())
    }

    /// Starts a killed one again.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            // The lock files of the killed one are refused until all of its processes are gone.
            self.child = Self::spawn(&self.bin, &self.home, &self.settings)?;
            let url = self.url();
            let ready = async {
                while execute(&url, "SELECT 1").await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::select! {
                () = ready => return Ok(()),
                _ = self.child.wait() => {}
            }
            ensure!(began.elapsed() < PATIENCE, "PostgreSQL does not start again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts it again where it has given up, as a service manager would. Whether it had.
    pub async fn revive(&mut self) -> anyhow::Result<bool> {
        let had_ended = self.child.try_wait()?.is_some();
        if had_ended {
            self.child = Self::spawn(&self.bin, &self.home, &self.settings)?;
        }
        self.until_ready().await?;
        Ok(had_ended)
    }

    /// The schema as statements.
    pub async fn schema(&self) -> anyhow::Result<String> {
        let mut command = Self::as_postgres(&self.bin.join("pg_dump"), &self.home);
        let output = command.args(["--schema-only", "--dbname"]).arg(self.url()).output().await?;
        ensure!(output.status.success(), "pg_dump failed");
        let text = String::from_utf8(output.stdout)?;
        // Every dump has a key of its own.
        let is_key =
            |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        Ok(text.lines().filter(|line| !is_key(line)).collect::<Vec<_>>().join("\n"))
    }

    /// Reads every page of the databases that tests made, and looks up every row in every index.
    pub async fn check(&self) -> anyhow::Result<()> {
        let status = Self::as_postgres(&self.bin.join("pg_amcheck"), &self.home)
            .args(["--install-missing", "--heapallindexed", "--username=postgres"])
            .arg("--host")
            .arg(&self.home)
            .arg("--database=load_*")
            .status()
            .await?;
        ensure!(status.success(), "pg_amcheck complains");
        Ok(())
    }

    /// SIGSTOP for so long.
    pub async fn freeze(&self, time: Duration) -> anyhow::Result<()> {
        self.signal_all("STOP").await?;
        tokio::time::sleep(time).await;
        self.signal_all("CONT").await
    }

    /// Stops it and removes its data.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.signal_all("QUIT").await?;
        self.child.wait().await?;
        Ok(std::fs::remove_dir_all(&self.home)?)
    }
}

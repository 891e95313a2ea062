//! The folders of the private server, and the account it runs under.

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The kernel's limit for a socket path is 107 bytes; this much of it is the file's name.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";
const SOCKET_PATH_LIMIT: usize = 107;
/// Where the server lives when root's data folder is closed to `postgres`, such as below `/root`.
const SYSTEM_HOME: &str = "/var/lib/the-space";

/// Whom to become: PostgreSQL refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    /// Whether the caller is somebody else, namely root.
    switch: bool,
}

impl Account {
    /// The caller, or `postgres` when the caller is root.
    pub fn for_server() -> anyhow::Result<Self> {
        // The owner of a process's folder is its effective user.
        let me = fs::metadata("/proc/self").context("who runs this process")?;
        if me.uid() != 0 {
            return Ok(Self { uid: me.uid(), gid: me.gid(), switch: false });
        }
        let users = fs::read_to_string("/etc/passwd").context("the list of users")?;
        let postgres = users.lines().find_map(|line| line.strip_prefix("postgres:"));
        let ids = postgres.and_then(|line| {
            let mut fields = line.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        match ids {
            Some((uid, gid)) => Ok(Self { uid, gid, switch: true }),
            None => bail!(
                "PostgreSQL does not run as root, and there is no user `postgres` to run it. \
                 Install it (Debian, Ubuntu: apt-get install postgresql) or set DATABASE_URL."
            ),
        }
    }

    /// A command that runs under the account, in a folder the account may enter.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C.UTF-8").env_remove("PGDATA");
        if self.switch {
            command.uid(self.uid).gid(self.gid).env("HOME", "/tmp");
        }
        command
    }

    fn can_enter(self, folder: &Path) -> bool {
        let mut check = self.command(Path::new("test"));
        !self.switch || check.arg("-x").arg(folder).status().is_ok_and(|status| status.success())
    }
}

/// Where the server keeps its things.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub account: Account,
    pub cluster: PathBuf,
    pub socket_dir: PathBuf,
    log: PathBuf,
    lock: PathBuf,
}

impl Home {
    /// Makes the folders that are missing.
    pub fn prepare(data_dir: &Path, account: Account) -> anyhow::Result<Self> {
        create_dir(data_dir, 0o711)?;
        let data_dir = data_dir.canonicalize().context("the data folder")?;
        let key = hex(&Sha256::digest(data_dir.as_os_str().as_encoded_bytes()));
        let base = if account.can_enter(&data_dir) {
            data_dir
        } else {
            let base = Path::new(SYSTEM_HOME).join(&key);
            create_dir(&base, 0o711)?;
            tracing::info!(
                "the user postgres may not enter {}: the private database lives in {}",
                data_dir.display(),
                base.display()
            );
            base
        };
        let home = Self {
            account,
            socket_dir: socket_dir(&base, &key),
            cluster: base.join("postgres"),
            log: base.join("postgres.log"),
            lock: base.join("postgres.lock"),
        };
        home.own_dir(&home.socket_dir)?;
        Ok(home)
    }

    /// Makes a folder that only the account may enter; refuses one that somebody else prepared.
    pub fn own_dir(&self, folder: &Path) -> anyhow::Result<()> {
        let shown = folder.display();
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => chown(folder, Some(self.account.uid), Some(self.account.gid))
                .with_context(|| format!("the owner of {shown}")),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(folder)?;
                let private = found.permissions().mode().trailing_zeros() >= 6;
                if found.is_dir() && private && found.uid() == self.account.uid {
                    return Ok(());
                }
                bail!("{shown} should be a folder that only the database's user may enter")
            }
            Err(error) => Err(error).with_context(|| format!("making {shown}")),
        }
    }

    /// The major version the data was made with; `None` when there is no data yet.
    pub fn cluster_version(&self) -> anyhow::Result<Option<u32>> {
        match fs::read_to_string(self.cluster.join("PG_VERSION")) {
            Ok(text) => Ok(Some(text.trim().parse().context("PG_VERSION")?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("PG_VERSION"),
        }
    }

    pub fn open_lock(&self) -> anyhow::Result<File> {
        let mut options = OpenOptions::new();
        options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&self.lock)
            .with_context(|| format!("{} can't be written", self.lock.display()))
    }

    pub fn open_log(&self) -> anyhow::Result<File> {
        let mut options = OpenOptions::new();
        options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .with_context(|| format!("{} can't be written", self.log.display()))
    }

    pub fn pid_file(&self) -> PathBuf {
        self.cluster.join("postmaster.pid")
    }

    pub fn remove_pid_file(&self) -> anyhow::Result<()> {
        fs::remove_file(self.pid_file()).context("removing a stale postmaster.pid")
    }

    /// The last lines the server wrote.
    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

fn create_dir(folder: &Path, mode: u32) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    match DirBuilder::new().mode(mode).create(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("making {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Beside the data, or in the temporary folder where that path is too long for a socket.
fn socket_dir(base: &Path, key: &str) -> PathBuf {
    let near = base.join("run");
    if near.as_os_str().len() + SOCKET_NAME.len() <= SOCKET_PATH_LIMIT {
        return near;
    }
    Path::new("/tmp").join(format!("the-space-{key}"))
}

/// The first 12 digits: enough to tell data folders apart.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

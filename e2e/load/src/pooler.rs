//! A pooler in transaction mode: a connection of PostgreSQL is somebody's for a transaction only.

use crate::parts::{Postgres, free_port, program, until_open};
use anyhow::{Context as _, ensure};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// From this release on prepared statements are found again on other connections.
const WANTED: (u32, u32) = (1, 21);
/// Fewer than the nodes open: they share.
const CONNECTIONS: u32 = 6;

/// See the module. Its folder goes with it.
pub struct Pooler {
    _child: Child,
    home: PathBuf,
    pub url: String,
}

impl Pooler {
    /// In front of the database of this address, whose user needs no password.
    pub async fn start(direct: &str) -> anyhow::Result<Self> {
        let pgbouncer = program("pgbouncer")?;
        let output = Command::new(&pgbouncer).arg("--version").output().await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(version(&text) >= Some(WANTED), "pgbouncer 1.21 or newer is needed, not {text}");

        let config: tokio_postgres::Config = direct.parse()?;
        let name = config.get_dbname().context("a database")?;
        let user = config.get_user().unwrap_or("postgres");
        let host = match config.get_hosts().first().context("a host")? {
            tokio_postgres::config::Host::Tcp(host) => host.clone(),
            tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
        };
        let database_port = config.get_ports().first().copied().unwrap_or(5432);
        let folder = format!("space-load-pool-{}", uuid::Uuid::now_v7().simple());
        let home = std::env::temp_dir().join(folder);
        std::fs::create_dir(&home)?;
        let port = free_port()?;
        let file = home.join("pgbouncer.ini");
        // As docs/operations.md says.
        let settings = format!(
            "[databases]\n{name} = host={host} port={database_port} user={user} \
             connect_query='SET statement_timeout = 8000; SET lock_timeout = 5000; \
             SET random_page_cost = 1.1'\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\nmax_prepared_statements = 200\n\
             default_pool_size = {CONNECTIONS}\nmax_client_conn = 500\n"
        );
        std::fs::write(&file, settings)?;
        // It refuses to run as root, too.
        let mut command = Postgres::as_postgres(&pgbouncer, &std::env::temp_dir());
        let child =
            command.arg("--quiet").arg(&file).stdout(Stdio::null()).kill_on_drop(true).spawn()?;
        until_open(port).await?;
        let url = format!("postgres://{user}@127.0.0.1:{port}/{name}");
        Ok(Self { _child: child, home, url })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.home));
    }
}

/// Of `PgBouncer 1.24.1` and what follows.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(version("PgBouncer 1.24.1\nlibevent 2.1"), Some((1, 24)));
        assert_eq!(version("PgBouncer"), None);
        assert!(version("PgBouncer 1.18.0") < Some(WANTED));
    }
}

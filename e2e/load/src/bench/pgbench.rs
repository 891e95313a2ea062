//! What PostgreSQL does at most: the statements of a send, without the server.

use anyhow::{Context as _, ensure};
use shared::ids::{ChatId, UserId};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Of a plain text to a chat of a space, in the order of the server.
const SEND: &str = include_str!("send.sql");

/// Transactions a second of as many connections as there are senders, each writing to its chat.
pub async fn sends(
    home: &Path,
    database: &str,
    senders: &[(UserId, ChatId)],
    seconds: u64,
) -> anyhow::Result<f64> {
    let mut command = Command::new(program()?);
    let clients = senders.len().to_string();
    let seconds = seconds.to_string();
    command.args(["--no-vacuum", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds]);
    for (n, (author, chat)) in senders.iter().enumerate() {
        let script =
            SEND.replace("{author}", &author.to_string()).replace("{chat}", &chat.to_string());
        let file = home.join(format!("send-{n}.sql"));
        std::fs::write(&file, script)?;
        command.arg("-f").arg(file);
    }
    let output = command.arg(database).output().await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    tps.and_then(|tps| tps.parse().ok()).context(text)
}

/// `pgbench` of the path, or where Debian puts it.
fn program() -> anyhow::Result<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&paths)
        .chain(debian.map(|version| version.path().join("bin")))
        .map(|folder| folder.join("pgbench"))
        .find(|file| file.is_file())
        .context("pgbench is not here")
}

//! Copies of the database: taken at one moment, and compared row by row with what comes back out of
//! them. Table: `backups`.
//!
//! PostgreSQL's own `pg_dump` and `pg_restore` do the work. They must be as new as the server.

use crate::error::ApiResult;
use crate::platform::db::address::Address;
use crate::platform::db::{Db, PgConn};
use crate::platform::schema::backups;
use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio_postgres::Client;
use uuid::Uuid;

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub rows: i64,
    /// A sum over the hashes of all rows.
    pub sum: String,
}

/// What each table holds.
pub type Digests = BTreeMap<String, Digest>;

/// A connection, closed when it is dropped.
async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = Address::at_start(url)?.reach().await?;
    tokio::spawn(connection);
    // As text, a row must be the same on every server.
    let same = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; \
         SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = 0";
    client.batch_execute(same).await?;
    Ok(client)
}

async fn digests(client: &Client) -> anyhow::Result<Digests> {
    let tables = "SELECT relname::text FROM pg_class WHERE relkind = 'r' \
         AND relnamespace = 'public'::regnamespace ORDER BY relname";
    let mut found = Digests::new();
    for row in client.query(tables, &[]).await? {
        let table: String = row.get(0);
        let sum = format!(
            "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), \
             0)::text FROM \"{table}\" t"
        );
        let row = client.query_one(&sum, &[]).await?;
        found.insert(table, Digest { rows: row.get(0), sum: row.get(1) });
    }
    Ok(found)
}

/// Writes the database to a file, as it is at one moment, and says what it holds then.
///
/// # Errors
/// The database does not answer, or `pg_dump` is missing, too old or fails.
pub async fn dump(url: &str, bin: Option<&Path>, to: &Path) -> anyhow::Result<Digests> {
    let client = connect(url).await?;
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let snapshot: String = client.query_one("SELECT pg_export_snapshot()", &[]).await?.get(0);
    let mut command = program("pg_dump", bin, url)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-comments"]);
    command.arg(format!("--snapshot={snapshot}")).arg("--file").arg(to);
    run(command).await?;
    let found = digests(&client).await?;
    client.batch_execute("COMMIT").await?;
    Ok(found)
}

/// Reads a dump into an empty database and says what it holds then.
///
/// # Errors
/// The database is not empty, or `pg_restore` is missing, too old or fails.
pub async fn restore(url: &str, bin: Option<&Path>, from: &Path) -> anyhow::Result<Digests> {
    let client = connect(url).await?;
    ensure!(digests(&client).await?.is_empty(), "the database is not empty");
    let mut command = program("pg_restore", bin, url)?;
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.arg(from);
    run(command).await?;
    digests(&client).await
}

/// Counts what the planner goes by, which is in no dump: without it, it reads whole tables until PostgreSQL
/// comes around to it by itself.
///
/// # Errors
/// The database's.
pub async fn analyze(url: &str) -> anyhow::Result<()> {
    Ok(connect(url).await?.batch_execute("ANALYZE").await?)
}

/// Reads a dump into a database of its own, which is removed again, and says what it held.
///
/// # Errors
/// As [`restore`]; or the user may not create databases.
pub async fn rehearse(url: &str, bin: Option<&Path>, from: &Path) -> anyhow::Result<Digests> {
    let client = connect(url).await?;
    let name = format!("backup_check_{}", Uuid::now_v7().simple());
    client
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
        .await
        .context("verifying needs a database of its own: ALTER ROLE … CREATEDB")?;
    let found = restore(&with_name(url, &name)?, bin, from).await;
    client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    found
}

/// The same server, another database.
fn with_name(url: &str, name: &str) -> anyhow::Result<String> {
    let (base, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
    let (server, _) = base.rsplit_once('/').context("DATABASE_URL names no database")?;
    Ok(query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}")))
}

/// One of PostgreSQL's programs, with the address of the database. The password is not shown to who
/// lists processes.
fn program(name: &str, bin: Option<&Path>, url: &str) -> anyhow::Result<Command> {
    let mut folders: Vec<PathBuf> = bin.map(Path::to_owned).into_iter().collect();
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    let found = found.with_context(|| {
        format!(
            "{name} is missing: install PostgreSQL's client programs, or set SPACE_POSTGRES_BIN"
        )
    })?;
    let config: tokio_postgres::Config = url.parse().context("DATABASE_URL")?;
    let mut command = Command::new(found);
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).into_owned());
    }
    command.arg(format!("--dbname={}", without_password(url)));
    command.stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user, |(user, _)| user);
            format!("{scheme}://{user}@{host}{tail}")
        }
        None => url.to_owned(),
    }
}

async fn run(mut command: Command) -> anyhow::Result<()> {
    let output = command.output().await?;
    if output.status.success() {
        return Ok(());
    }
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim())
}

/// Notes a verified backup.
///
/// # Errors
/// The database's.
pub async fn note(conn: &mut PgConn, taken_at: DateTime<Utc>, bytes: i64) -> QueryResult<()> {
    diesel::insert_into(backups::table)
        .values((
            backups::id.eq(Uuid::now_v7()),
            backups::taken_at.eq(taken_at),
            backups::verified_at.eq(Utc::now()),
            backups::bytes.eq(bytes),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// When the last verified backup was taken, and its bytes.
///
/// # Errors
/// The database's.
pub async fn last(db: &Db) -> ApiResult<Option<(DateTime<Utc>, i64)>> {
    let conn = &mut *db.conn().await?;
    let newest = backups::table.order(backups::taken_at.desc());
    let last = newest.select((backups::taken_at, backups::bytes)).first(conn).await;
    Ok(last.optional()?)
}

/// How old the last verified backup is; `None` when there is none.
///
/// # Errors
/// The database's.
pub async fn age(db: &Db) -> ApiResult<Option<Duration>> {
    let last = last(db).await?;
    Ok(last.map(|(taken_at, _)| (Utc::now() - taken_at).to_std().unwrap_or_default()))
}

/// Logs every hour while the last verified backup is too old, for ever.
pub async fn watch(db: Db, within: Duration) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hourly.tick().await;
        match age(&db).await {
            Ok(Some(age)) if age <= within => {}
            Ok(Some(age)) => {
                tracing::error!(
                    hours = age.as_secs() / 3600,
                    "the last verified backup is too old"
                );
            }
            Ok(None) => tracing::error!("there is no verified backup"),
            Err(error) => error.log(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://space:p%40ss@db/space", "postgres://space@db/space"),
            ("postgres://space@%2Frun/space?a=b", "postgres://space@%2Frun/space?a=b"),
            ("postgres://db/space", "postgres://db/space"),
            ("postgres://u:p@db:5432?x=1", "postgres://u@db:5432?x=1"),
        ] {
            assert_eq!(without_password(url), shown);
        }
        assert_eq!(
            with_name("postgres://db/space?x=1", "other").unwrap(),
            "postgres://db/other?x=1"
        );
    }
}

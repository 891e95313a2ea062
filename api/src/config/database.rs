use super::{Secret, Source};
use std::path::PathBuf;
use std::time::Duration;

/// PostgreSQL.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`: `postgres://user:password@host/name`. Default: a private server in
    /// `SPACE_DATA_DIR`, started and stopped with this one.
    pub url: Option<Secret>,
    /// `DATABASE_DIRECT_URL`: the same database past the pooler that `DATABASE_URL` names, for
    /// migrations, backups and restores. Default: `DATABASE_URL`.
    pub direct_url: Option<Secret>,
    /// `SPACE_DATABASE_CONNECTIONS`: the most connections a node opens, 2-200. Default 16.
    pub connections: usize,
    /// `DATABASE_READ_URL`: a streaming replica of `DATABASE_URL`. Searches, the directory of spaces,
    /// audit logs and copies of one's data are read there as soon as it has what was committed before;
    /// by the primary while it is behind or away. Default: none.
    pub read_url: Option<Secret>,
    /// `SPACE_DATABASE_READ_CONNECTIONS`: the most connections a node opens to the replica, 1-200.
    /// Default 16.
    pub read_connections: usize,
    /// `SPACE_POSTGRES_BIN`: the folder of `initdb` and `postgres` for the private server.
    /// Default: found in `PATH` and in `/usr/lib/postgresql`.
    pub binaries: Option<PathBuf>,
    /// `SPACE_BACKUP_HOURS`: how old the last verified backup may be before it is reported and logged
    /// as stale, 1-8760. Default: nobody watches.
    pub backup_within: Option<Duration>,
}

impl DatabaseConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let mut address = |name| {
            let url = source.secret(name);
            if url.as_ref().is_some_and(|url| !url.expose().starts_with("postgres")) {
                source.problem(format!("{name} should begin with postgres:// or postgresql://."));
            }
            url
        };
        let url = address("DATABASE_URL");
        let (direct_url, read_url) = (address("DATABASE_DIRECT_URL"), address("DATABASE_READ_URL"));
        for (name, other) in
            [("DATABASE_DIRECT_URL", &direct_url), ("DATABASE_READ_URL", &read_url)]
        {
            if url.is_none() && other.is_some() {
                source.problem(format!("{name} means nothing without DATABASE_URL."));
            }
        }
        Self {
            url,
            direct_url,
            connections: source.number("SPACE_DATABASE_CONNECTIONS", 16, 2..=200),
            read_url,
            read_connections: source.number("SPACE_DATABASE_READ_CONNECTIONS", 16, 1..=200),
            binaries: source.text("SPACE_POSTGRES_BIN").map(PathBuf::from),
            backup_within: match source.number("SPACE_BACKUP_HOURS", 0, 0..=8760) {
                0 => None,
                hours => Some(Duration::from_secs(hours * 3600)),
            },
        }
    }
}

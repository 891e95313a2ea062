use super::{Secret, Source};
use std::path::PathBuf;
use std::time::Duration;

/// PostgreSQL.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`: `postgres://user:password@host/name`. Default: a private server in
    /// `SPACE_DATA_DIR`, started and stopped with this one.
    pub url: Option<Secret>,
    /// `SPACE_DATABASE_CONNECTIONS`: the most connections a node opens, 2-200. Default 16.
    pub connections: usize,
    /// `SPACE_POSTGRES_BIN`: the folder of `initdb` and `postgres` for the private server.
    /// Default: found in `PATH` and in `/usr/lib/postgresql`.
    pub binaries: Option<PathBuf>,
    /// `SPACE_BACKUP_HOURS`: how old the last verified backup may be before it is reported and logged
    /// as stale, 1-8760. Default: nobody watches.
    pub backup_within: Option<Duration>,
}

impl DatabaseConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let url = source.secret("DATABASE_URL");
        if url.as_ref().is_some_and(|url| !url.expose().starts_with("postgres")) {
            source.problem("DATABASE_URL should begin with postgres:// or postgresql://.");
        }
        Self {
            url,
            connections: source.number("SPACE_DATABASE_CONNECTIONS", 16, 2..=200),
            binaries: source.text("SPACE_POSTGRES_BIN").map(PathBuf::from),
            backup_within: match source.number("SPACE_BACKUP_HOURS", 0, 0..=8760) {
                0 => None,
                hours => Some(Duration::from_secs(hours * 3600)),
            },
        }
    }
}

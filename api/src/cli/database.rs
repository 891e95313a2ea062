use crate::config::Config;
use crate::platform::db::address::Address;
use crate::platform::embedded::PrivatePostgres;
use crate::platform::migrations;
use anyhow::Context as _;

/// Any number, the same on every node.
const MIGRATION_LOCK: i64 = 7_401_001;

/// The database a command works on: `DATABASE_URL`, or the private server, which runs as long as
/// this value lives.
#[derive(Debug)]
pub struct Database {
    url: String,
    direct_url: Option<String>,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// Connects, starting the private server where needed, and brings the schema up to date.
    ///
    /// # Errors
    /// The database can't be started or reached, or a migration fails.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let database = Self::connect(config).await?;
        let done = database.migrate().await?;
        if !done.is_empty() {
            tracing::info!(migrations = done.len(), "the schema is up to date");
        }
        Ok(database)
    }

    /// As [`Database::open`], leaving the schema as it is.
    ///
    /// # Errors
    /// The database can't be started.
    pub async fn connect(config: &Config) -> anyhow::Result<Self> {
        let direct_url = config.database.direct_url.as_ref().map(|url| url.expose().to_owned());
        Ok(match &config.database.url {
            Some(url) => Self { url: url.expose().to_owned(), direct_url, private: None },
            None => {
                let private = PrivatePostgres::start(&config.database, &config.data_dir).await?;
                Self { url: private.url(), direct_url: None, private: Some(private) }
            }
        })
    }

    /// What `DATABASE_URL` is, or would be.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same database, where a session is one of PostgreSQL's own and no pooler's.
    #[must_use]
    pub fn direct_url(&self) -> &str {
        self.direct_url.as_deref().unwrap_or(&self.url)
    }

    /// Stops the private server, if this process runs it.
    pub async fn close(self) {
        if let Some(private) = self.private {
            private.stop().await;
        }
    }

    /// One node at a time: others wait for it and then find nothing to do.
    async fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let url = self.direct_url();
        let reached = Address::at_start(url)?.reach().await;
        let (client, connection) = reached.context("no connection to the database")?;
        let driver = tokio::spawn(connection);
        // Of a transaction, not of a session: a pooler would hand the session on with the lock.
        // It is idle while the migrations run, however long that takes.
        let lock = format!(
            "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; \
             SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
        );
        client.batch_execute(&lock).await?;
        let done = migrations::migrate(url).await;
        // The lock goes with the transaction.
        drop(client);
        driver.await??;
        done
    }
}

/// `api migrate`.
pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let database = Database::open(config).await?;
    println!("The schema is up to date.");
    database.close().await;
    Ok(())
}

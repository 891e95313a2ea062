use crate::config::Config;
use crate::platform::embedded::PrivatePostgres;
use crate::platform::migrations;
use anyhow::Context as _;
use tokio_postgres::NoTls;

/// Any number, the same on every node.
const MIGRATION_LOCK: i64 = 7_401_001;

/// The database a command works on: `DATABASE_URL`, or the private server, which runs as long as
/// this value lives.
#[derive(Debug)]
pub struct Database {
    url: String,
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
        Ok(match &config.database.url {
            Some(url) => Self { url: url.expose().to_owned(), private: None },
            None => {
                let private = PrivatePostgres::start(&config.database, &config.data_dir).await?;
                Self { url: private.url(), private: Some(private) }
            }
        })
    }

    /// What `DATABASE_URL` is, or would be.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the private server, if this process runs it.
    pub async fn close(self) {
        if let Some(private) = self.private {
            private.stop().await;
        }
    }

    /// One node at a time: others wait for it and then find nothing to do.
    async fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let reached = tokio_postgres::connect(&self.url, NoTls).await;
        let (client, connection) = reached.context("the database does not answer")?;
        let driver = tokio::spawn(connection);
        client.execute("select pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
        let done = migrations::migrate(&self.url).await;
        // The lock goes with the session.
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

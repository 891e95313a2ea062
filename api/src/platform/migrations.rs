//! The schema and its version. The migrations are compiled in.

use crate::error::{ApiError, ApiResult};
use crate::platform::db::Db;
use crate::platform::db::address::Address;
use anyhow::{Context as _, anyhow};
use diesel::dsl::max;
use diesel::migration::{Migration, MigrationSource as _, MigrationVersion};
use diesel::pg::Pg;
use diesel::query_dsl::methods::SelectDsl as _;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

diesel::table! {
    #[sql_name = "__diesel_schema_migrations"]
    schema_migrations (version) {
        version -> Text,
    }
}

/// Brings the schema up to date; returns what was done.
///
/// # Errors
/// A migration failed, or the database does not answer.
pub async fn migrate(url: &str) -> anyhow::Result<Vec<String>> {
    with_harness(url, |harness| harness.run_pending_migrations(MIGRATIONS).map(names)).await
}

/// Undoes every migration: nothing is left. For tests of `down.sql`.
///
/// # Errors
/// As [`migrate`].
pub async fn revert_all(url: &str) -> anyhow::Result<Vec<String>> {
    with_harness(url, |harness| harness.revert_all_migrations(MIGRATIONS).map(names)).await
}

type Harness = diesel_async::AsyncMigrationHarness<AsyncPgConnection>;

fn names(versions: Vec<MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

async fn with_harness(
    url: &str,
    work: impl FnOnce(&mut Harness) -> diesel::migration::Result<Vec<String>> + Send + 'static,
) -> anyhow::Result<Vec<String>> {
    let address = Address::at_start(url)?;
    // The harness blocks inside; it must not sit on a runtime thread.
    tokio::task::spawn_blocking(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(async {
            let conn = address.connect().await.context("cannot connect to the database")?;
            let mut harness = diesel_async::AsyncMigrationHarness::new(conn);
            work(&mut harness).map_err(|error| anyhow!("migration failed: {error}"))
        })
    })
    .await?
}

/// Whether the schema is at least as recent as this program expects.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn is_migrated(db: &Db) -> ApiResult<bool> {
    let embedded: Vec<Box<dyn Migration<Pg>>> =
        MIGRATIONS.migrations().map_err(|error| ApiError::internal(anyhow!("{error}")))?;
    let newest = embedded.iter().map(|migration| migration.name().version().to_string()).max();
    let mut conn = db.conn().await?;
    let done: Option<String> =
        schema_migrations::table.select(max(schema_migrations::version)).first(&mut conn).await?;
    Ok(done >= newest)
}

//! `api jobs`: what waits, what was laid aside.

use super::Database;
use crate::config::Config;
use crate::jobs::model::queue;
use crate::server::build_app;

/// Lists jobs; `retry` lets the dead try again.
pub(super) async fn run(config: Config, retry: bool) -> anyhow::Result<()> {
    let database = Database::open(&config).await?;
    let app = build_app(config, database.url())?;
    let done = show(&app, retry).await;
    drop(app);
    database.close().await;
    done
}

async fn show(app: &crate::app::App, retry: bool) -> anyhow::Result<()> {
    let conn = &mut *app.conn().await?;
    if retry {
        println!("{} jobs will be tried again.", queue::revive(conn).await?);
    }
    let (waiting, dead) = queue::counts(conn).await?;
    println!("{waiting} wait, {dead} are dead");
    for row in queue::list(conn, true).await?.into_iter().chain(queue::list(conn, false).await?) {
        let state = if row.died_at.is_some() { "dead" } else { "waits" };
        let error = row.last_error.unwrap_or_default();
        println!(
            "{state}  {}  {}  tried {}  {}  {error}",
            row.id, row.kind, row.attempts, row.run_at
        );
    }
    Ok(())
}

//! What is over: bans, restrictions and invitations whose time has come. They count for nothing from
//! that moment on; here their rows go.

use super::model::{ban, invite, member};
use crate::error::ApiResult;
use crate::platform::db::Db;
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Cleans up every hour, forever.
pub async fn run(db: Db) {
    loop {
        if let Err(error) = clean(&db).await {
            error.log();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Cleans up once; returns how many rows are gone.
///
/// # Errors
/// The database's.
pub async fn clean(db: &Db) -> ApiResult<usize> {
    let conn = &mut *db.conn().await?;
    let bans = ban::delete_over(conn).await?;
    let restrictions = member::delete_restrictions_over(conn).await?;
    Ok(bans + restrictions + invite::delete_over(conn).await?)
}

//! What nobody needs any more: sessions long over, answers to writes of yesterday, nicknames that
//! were kept long enough.

use crate::error::ApiResult;
use crate::http::idempotency;
use crate::identity::model::{access_token, nickname, session};
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

/// Cleans up once; returns how many sessions and answers are gone.
///
/// # Errors
/// The database's.
pub async fn clean(db: &Db) -> ApiResult<(usize, usize)> {
    let conn = &mut *db.conn().await?;
    access_token::delete_old(conn).await?;
    nickname::delete_old(conn).await?;
    Ok((session::delete_old(conn).await?, idempotency::delete_old(conn).await?))
}

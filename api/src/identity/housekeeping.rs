//! What nobody needs any more: sessions long over, answers to writes of yesterday, nicknames that
//! were kept long enough, codes that ended.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::idempotency;
use crate::identity::model::{access_token, email, nickname, session};
use crate::jobs::Job;
use crate::platform::db::Db;
use crate::platform::mail;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often it is done.
pub const PERIOD: Duration = Duration::from_secs(60 * 60);

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "identity.clean_up";
    // The next one comes anyway.
    const ATTEMPTS: i32 = 2;

    async fn run(self, app: App) -> ApiResult<()> {
        clean(&app.db).await?;
        let conn = &mut *app.conn().await?;
        email::delete_old(conn).await?;
        mail::delete_old(conn).await?;
        Ok(())
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

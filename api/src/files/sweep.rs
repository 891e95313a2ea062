//! Removes what nobody uses: uploads that no message took within a day, files of deleted messages and
//! spaces, replaced pictures. The bytes go first; a row whose bytes could not be removed is tried again.

use super::model::file;
use crate::app::App;
use crate::error::ApiResult;
use chrono::{Days, Utc};
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Files removed in one go.
const BATCH: i64 = 200;

/// Sweeps every ten minutes, for ever.
pub async fn run(app: App) {
    loop {
        loop {
            match sweep(&app).await {
                Ok(count) if count as i64 == BATCH => {}
                Ok(0) => break,
                Ok(count) => {
                    tracing::info!(count, "unused files removed");
                    break;
                }
                Err(error) => {
                    error.log();
                    break;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sweeps once, a batch; returns how many files are gone.
///
/// # Errors
/// The database or the store does not answer.
pub async fn sweep(app: &App) -> ApiResult<usize> {
    let now = Utc::now();
    let loose_before = now.checked_sub_days(Days::new(1)).unwrap_or(now);
    // No connection is held while the store works.
    let doomed = file::doomed(&mut *app.conn().await?, loose_before, BATCH).await?;
    let (mut gone, mut stuck) = (Vec::new(), Vec::new());
    for id in doomed {
        match app.files.storage.delete(id).await {
            Ok(()) => gone.push(id),
            Err(error) => {
                tracing::warn!(file = %id.0, %error, "a file cannot be removed");
                stuck.push(id);
            }
        }
    }
    let conn = &mut *app.conn().await?;
    // After all others: one that stays does not keep them.
    file::doom_again(conn, &stuck).await?;
    Ok(file::delete(conn, &gone).await?)
}

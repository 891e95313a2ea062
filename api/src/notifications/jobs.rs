//! What need not be done at once.

use crate::app::App;
use crate::error::ApiResult;
use crate::jobs::Job;
use crate::notifications::actions::notify::do_take_back;
use crate::notifications::model::{inbox, settings};
use serde::{Deserialize, Serialize};
use shared::ids::{MessageId, UserId};
use std::time::Duration;

/// How often old entries are looked for.
pub const CLEAN_UP_PERIOD: Duration = Duration::from_secs(6 * 60 * 60);
/// People in one transaction.
pub const BATCH: usize = 500;

/// A message that notified many people was deleted.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetMessage {
    pub message_id: MessageId,
}

impl Job for ForgetMessage {
    const KIND: &'static str = "notifications.forget_message";

    async fn run(self, app: App) -> ApiResult<()> {
        loop {
            let left = app
                .transact(async |tx| {
                    let people = inbox::notified(tx, self.message_id, BATCH).await?;
                    do_take_back(tx, self.message_id, &people).await?;
                    Ok(people.len())
                })
                .await?;
            if left < BATCH {
                return Ok(());
            }
        }
    }
}

/// A message that mentioned many people does not any more; some it still does.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetMentions {
    pub message_id: MessageId,
    pub keep: Vec<UserId>,
}

impl Job for ForgetMentions {
    const KIND: &'static str = "notifications.forget_mentions";

    async fn run(self, app: App) -> ApiResult<()> {
        let Self { message_id, keep } = self;
        loop {
            let left = app
                .transact(async |tx| {
                    let people = inbox::mentioned_without(tx, message_id, &keep, BATCH).await?;
                    do_take_back(tx, message_id, &people).await?;
                    Ok(people.len())
                })
                .await?;
            if left < BATCH {
                return Ok(());
            }
        }
    }
}

/// Entries of long ago go.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "notifications.clean_up";
    // The next one comes anyway.
    const ATTEMPTS: i32 = 2;

    async fn run(self, app: App) -> ApiResult<()> {
        let conn = &mut *app.conn().await?;
        inbox::delete_old(conn).await?;
        settings::delete_lost(conn).await?;
        Ok(())
    }
}

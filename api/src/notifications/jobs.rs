//! What need not be done at once.

use crate::app::App;
use crate::error::ApiResult;
use crate::jobs::Job;
use crate::notifications::actions::notify::{do_take_back, tell_deleted, topics};
use crate::notifications::model::outgoing::{About, By};
use crate::notifications::model::{outgoing, settings};
use crate::realtime::stream;
use serde::{Deserialize, Serialize};
use shared::ids::{MessageId, NotificationId, UserId};
use std::time::Duration;

/// How often old entries are looked for.
pub const CLEAN_UP_PERIOD: Duration = Duration::from_secs(6 * 60 * 60);
/// People in one transaction.
pub const BATCH: usize = 500;

/// Messages that notified many people were deleted.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetMessages {
    pub message_ids: Vec<MessageId>,
}

impl Job for ForgetMessages {
    const KIND: &'static str = "notifications.forget_messages";

    async fn run(self, app: App) -> ApiResult<()> {
        loop {
            let left = app
                .transact(async |tx| {
                    let people =
                        outgoing::notified(tx, About::These(&self.message_ids), BATCH).await?;
                    do_take_back(tx, &self.message_ids, &people).await?;
                    Ok(people.len())
                })
                .await?;
            if left < BATCH {
                return Ok(());
            }
        }
    }
}

/// Entries of many people went with their chat: their devices hear of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellForgotten {
    pub gone: Vec<(UserId, NotificationId)>,
}

impl Job for TellForgotten {
    const KIND: &'static str = "notifications.tell_forgotten";

    async fn run(self, app: App) -> ApiResult<()> {
        let Self { gone } = self;
        app.transact(async |tx| {
            let people: Vec<UserId> = gone.iter().map(|(user, _)| *user).collect();
            stream::lock(tx, &topics(&people)).await?;
            tell_deleted(tx, gone.clone()).await
        })
        .await
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
                    let people =
                        outgoing::mentioned_without(tx, message_id, &keep, By::Any, BATCH).await?;
                    do_take_back(tx, &[message_id], &people).await?;
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
        outgoing::delete_old(conn).await?;
        settings::delete_lost(conn).await?;
        Ok(())
    }
}

//! What was written in chats that were deleted goes after them.

use crate::app::App;
use crate::chat::model::doomed;
use crate::error::ApiResult;
use crate::jobs::Job;
use serde::{Deserialize, Serialize};
use shared::ids::ChatId;

/// Messages in one transaction: some tenths of a second.
pub const BATCH: usize = 1_000;

/// Removes the messages of doomed chats, then the chats.
#[derive(Debug, Serialize, Deserialize)]
pub struct EmptyChats {
    pub chats: Vec<ChatId>,
}

impl Job for EmptyChats {
    const KIND: &'static str = "chat.empty";

    async fn run(self, app: App) -> ApiResult<()> {
        for chat in self.chats {
            loop {
                // A connection a part: others wait for one, too.
                let conn = &mut *app.conn().await?;
                if doomed::delete_messages(conn, chat, BATCH as i64).await? < BATCH {
                    break;
                }
            }
            doomed::delete(&mut *app.conn().await?, chat).await?;
        }
        Ok(())
    }
}

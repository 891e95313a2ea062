//! Mentions of more people than one transaction should tell.

use crate::app::App;
use crate::chat::actions::notices::About;
use crate::chat::model::message::MessageRow;
use crate::chat::model::{chat::ChatView, group_mention, people};
use crate::error::ApiResult;
use crate::jobs::{Job, When, enqueue_when};
use crate::notifications::do_notify;
use diesel::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use shared::event::ChatActivity;
use shared::ids::{MessageId, UserId};
use shared::notifications::{MentionVia, NotificationKind};
use shared::topic::Topic;

/// People in one transaction.
const BATCH: i64 = 500;

/// Tells the next people whom a message mentions as many, and orders the rest in the same transaction.
#[derive(Debug, Serialize, Deserialize)]
pub struct FanOut {
    pub message_id: MessageId,
    /// Who was online when `@here` was written.
    #[serde(default)]
    pub here: Vec<UserId>,
    /// The last one who was looked at.
    #[serde(default)]
    pub after: Option<UserId>,
}

impl Job for FanOut {
    const KIND: &'static str = "chat.fan_out";

    async fn run(self, app: App) -> ApiResult<()> {
        let told = app
            .transact(async |tx| {
                let id = self.message_id;
                let Some(row) = MessageRow::find(tx, id).await.optional()? else {
                    return Ok(Vec::new());
                };
                let Some(groups) = group_mention::of_message(tx, id).await? else {
                    return Ok(Vec::new());
                };
                let chat = ChatView::find(tx, row.author_id(), row.chat_id()).await?;
                let Some(space) = chat.space_id() else { return Ok(Vec::new()) };
                let overrides = chat.overrides();
                let readers = people::batch(tx, space, &overrides, self.after, BATCH).await?;
                let about = About {
                    space: Some(space),
                    chat: row.chat_id(),
                    actor: row.author_id(),
                    message: (id, row.seq),
                };
                let list: Vec<_> = readers
                    .people
                    .iter()
                    .filter_map(|reader| {
                        let role = groups.roles.iter().find(|role| role.id == reader.role);
                        let via = match role {
                            Some(_) => MentionVia::Role,
                            None if groups.here && self.here.contains(&reader.id) => {
                                MentionVia::Here
                            }
                            None if groups.all => MentionVia::All,
                            None => return None,
                        };
                        let kind = NotificationKind::Mention;
                        Some(about.entry(reader.id, kind, Some(via), role.cloned()))
                    })
                    .collect();
                let told: Vec<UserId> =
                    list.iter().map(|new| new.user).filter(|id| *id != about.actor).collect();
                do_notify(tx, list).await?;
                if let Some(after) = readers.next {
                    // Under a key: a batch that runs twice orders the rest once.
                    let key = format!("{id}:{after}");
                    let next = Self { message_id: id, here: self.here.clone(), after: Some(after) };
                    let when = When { once: Some(&key), ..Default::default() };
                    enqueue_when(tx, &next, when).await?;
                }
                let news = ChatActivity {
                    chat_id: about.chat,
                    last_seq: row.seq,
                    mentioned: true,
                    thread_root: row.thread_root(),
                };
                Ok(told.into_iter().map(|user| (user, news.clone())).collect())
            })
            .await?;
        for (user, news) in told {
            app.live.chat_activity(Topic::User(user), None, news);
        }
        Ok(())
    }
}

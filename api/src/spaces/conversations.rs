//! What spaces need of the messages said in them. The slice above that owns messages implements it
//! and hands it over at start.

use crate::error::ApiResult;
use crate::realtime::Live;
use crate::realtime::stream::Tx;
use async_trait::async_trait;
use shared::Timestamp;
use shared::event::{ChatActivity, Event};
use shared::ids::{ChatId, RoleId, SpaceId, UserId};
use shared::topic::Topic;

/// What was deleted.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    pub messages: usize,
    /// The chats concerned and their last `seq`.
    pub chats: Vec<(ChatId, i64)>,
}

impl Swept {
    /// Tells who has a deleted message unread and the chat closed to count again.
    pub fn announce(&self, live: &Live, space: SpaceId) {
        for (chat_id, last_seq) in self.chats.iter().copied() {
            let news = ChatActivity { chat_id, last_seq, mentioned: false, thread_root: None };
            live.chat_activity(Topic::Space(space), Some(chat_id), news);
        }
    }
}

/// See the module.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// Deletes what a person wrote in a space since a time, at most the latest 5,000 messages, with its
    /// events.
    async fn sweep(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        author: UserId,
        since: Timestamp,
        by: UserId,
    ) -> ApiResult<Swept>;

    /// Takes the chats of a space that is about to go from everybody; no notification names them.
    async fn close(&self, tx: &mut Tx, space: SpaceId) -> ApiResult<()>;

    /// Forgets what chats allow or deny a role that goes, with its events.
    async fn drop_role(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        actor: UserId,
        role: RoleId,
    ) -> ApiResult<()>;

    /// Forgets what chats allow people whose membership ends. Returns the events, and who may see each:
    /// for the space's topic, after those of the people.
    async fn end_places(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        people: &[UserId],
    ) -> ApiResult<Vec<(ChatId, Event)>>;
}

//! What spaces ask of messages, see [`crate::spaces::conversations`].

use super::actions::overrides::{do_drop_role, do_end_places};
use super::actions::removal::{do_delete_chats, do_remove_messages};
use super::model::{chat_changes, sweep};
use crate::error::ApiResult;
use crate::realtime::stream::Tx;
use crate::spaces::conversations::{Conversations, Swept};
use async_trait::async_trait;
use shared::Timestamp;
use shared::event::Event;
use shared::ids::{ChatId, RoleId, SpaceId, UserId};

/// See the module.
pub struct ChatConversations;

#[async_trait]
impl Conversations for ChatConversations {
    async fn sweep(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        author: UserId,
        since: Timestamp,
        by: UserId,
    ) -> ApiResult<Swept> {
        let recent = sweep::recent(tx, space, author, since).await?;
        let gone = do_remove_messages(tx, &recent, by).await?;
        let messages = gone.len();
        let mut chats: Vec<_> = gone.iter().map(|m| (m.chat_id, m.last_seq)).collect();
        chats.dedup();
        Ok(Swept { messages, chats })
    }

    async fn close(&self, tx: &mut Tx, space: SpaceId) -> ApiResult<()> {
        let chats = chat_changes::of_space(tx, space).await?;
        do_delete_chats(tx, &chats).await.map(drop)
    }

    async fn drop_role(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        actor: UserId,
        role: RoleId,
    ) -> ApiResult<()> {
        do_drop_role(tx, space, actor, role).await
    }

    async fn end_places(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        people: &[UserId],
    ) -> ApiResult<Vec<(ChatId, Event)>> {
        do_end_places(tx, space, people).await
    }
}

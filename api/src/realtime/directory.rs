//! What the stream must know of people and chats, told by the slices that own them.

use crate::error::ApiResult;
use crate::realtime::presence::Chosen;
use async_trait::async_trait;
use shared::identity::{Me, UserRef};
use shared::ids::{ChatId, UserId};
use shared::topic::Topic;
use std::collections::HashSet;

/// Answers for sockets. Implemented above this layer and handed to [`super::Live`] at start.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The topics a person hears by himself: his own and those of his spaces.
    async fn topics(&self, user: UserId) -> ApiResult<Vec<Topic>>;

    /// The chats of the person's spaces that he may not see. Usually none.
    async fn hidden_chats(&self, user: UserId) -> ApiResult<HashSet<ChatId>>;

    /// Whether the person may read the chat.
    ///
    /// # Errors
    /// `not_found` when the chat is not visible.
    async fn may_read(&self, user: UserId, chat: ChatId) -> ApiResult<()>;

    /// The person's own account, for `connected`, and what he lets others see of himself.
    async fn me(&self, user: UserId) -> ApiResult<(Me, Chosen)>;

    /// Whether the two share a space or a chat, or are one.
    async fn knows(&self, user: UserId, other: UserId) -> ApiResult<bool>;

    /// How the person is shown on each topic that shows him: spaces and partners in chats.
    async fn faces(&self, user: UserId) -> ApiResult<Vec<(Topic, UserRef)>>;

    /// The topics on which others see this person's presence: spaces and direct-chat partners.
    async fn audience(&self, user: UserId) -> ApiResult<Vec<Topic>>;
}

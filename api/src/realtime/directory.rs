//! What the stream must know of people and chats, told by the slices that own them.

use crate::error::ApiResult;
use crate::realtime::presence::Chosen;
use async_trait::async_trait;
use shared::Timestamp;
use shared::identity::{Me, UserRef};
use shared::ids::{ChatId, RoleId, SpaceId, UserId};
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};

/// Whose view is asked for, and the chats he has open.
#[derive(Clone, Debug)]
pub struct Question {
    pub user: UserId,
    pub rooms: Vec<ChatId>,
}

/// Who comes.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// His own account, for `connected`.
    pub me: Me,
    /// What he lets others see of himself.
    pub chosen: Chosen,
    /// The topics that he hears by himself: his own and those of his spaces.
    pub topics: Vec<Topic>,
}

/// What a person may hear.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// His own topic and those of his spaces.
    pub topics: Vec<Topic>,
    /// His role in each of his spaces.
    pub roles: HashMap<SpaceId, RoleId>,
    /// The chats of his spaces that he may not see. Usually none.
    pub hidden: HashSet<ChatId>,
    /// Those of the rooms that he may read.
    pub readable: HashSet<ChatId>,
    /// When a restriction ends that hides some of them: then he may hear more.
    pub hidden_until: Option<Timestamp>,
}

/// Answers for sockets. Implemented above this layer and handed to [`super::Live`] at start.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What `hello` must know of each of several people, in their order, with one query; `None` for who
    /// has no account.
    async fn arrivals(&self, people: Vec<UserId>) -> ApiResult<Vec<Option<Arrival>>>;

    /// What each of several people may hear, in the order of the questions, with a fixed number of
    /// queries.
    async fn views(&self, questions: Vec<Question>) -> ApiResult<Vec<View>>;

    /// The chats of the person's spaces that he may not see. Usually none.
    async fn hidden_chats(&self, user: UserId) -> ApiResult<HashSet<ChatId>> {
        let mut views = self.views(vec![Question { user, rooms: Vec::new() }]).await?;
        Ok(views.pop().map(|view| view.hidden).unwrap_or_default())
    }

    /// Whether the person may read the chat.
    ///
    /// # Errors
    /// `not_found` when the chat is not visible.
    async fn may_read(&self, user: UserId, chat: ChatId) -> ApiResult<()>;

    /// The space that the chat is in, if it is in one.
    async fn space_of(&self, chat: ChatId) -> ApiResult<Option<SpaceId>>;

    /// Whether the two share a space or a chat, or are one.
    async fn knows(&self, user: UserId, other: UserId) -> ApiResult<bool>;

    /// How the person is shown on each topic that shows him: spaces and partners in chats.
    async fn faces(&self, user: UserId) -> ApiResult<Vec<(Topic, UserRef)>>;

    /// The topics on which others see the presence of each of several people, in their order, with one
    /// query: spaces, direct-chat partners and himself.
    async fn audiences(&self, people: Vec<UserId>) -> ApiResult<Vec<Vec<Topic>>>;
}

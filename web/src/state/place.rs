//! Where messages stand: in a chat, or in a thread of it.

use serde::{Deserialize, Serialize};
use shared::chat::Message;
use shared::ids::{ChatId, MessageId};

/// A chat's own messages, or those of the thread of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub chat: ChatId,
    /// The message that the thread hangs on.
    pub thread: Option<MessageId>,
}

impl Place {
    /// Where a message stands.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        Self { chat: message.chat_id, thread: message.thread_root }
    }

    /// A name for storage.
    #[must_use]
    pub fn key(self) -> String {
        match self.thread {
            None => self.chat.to_string(),
            Some(root) => format!("{}/{root}", self.chat),
        }
    }
}

impl From<ChatId> for Place {
    fn from(chat: ChatId) -> Self {
        Self { chat, thread: None }
    }
}

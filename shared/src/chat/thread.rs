//! Threads: replies that hang on one message.

use super::{Message, ReplyPreview};
use crate::identity::UserRef;
use crate::ids::{ChatId, MessageId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The query that leads to a message on its chat's page in the web client; with its thread, when it is
/// a reply in one.
#[must_use]
pub fn link_query(thread: Option<MessageId>, seq: i64) -> String {
    match thread {
        None => format!("m={seq}"),
        Some(root) => format!("t={root}&m={seq}"),
    }
}

/// A thread in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadSummary {
    /// Replies that are not deleted.
    pub count: i64,
    /// The `seq` of the newest of them.
    pub last_seq: i64,
    #[serde(with = "crate::millis")]
    pub last_at: DateTime<Utc>,
    /// The first three who replied.
    pub participants: Vec<UserRef>,
}

/// The caller's place in a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadState {
    /// Follows it: by a reply, a mention, the first message, or by choice.
    pub following: bool,
    /// Replies up to this `seq` are read.
    pub read_seq: i64,
    /// Replies of others after it, while the caller follows: exact.
    pub unread: i64,
}

/// `GET /messages/{message_id}/thread`: a page of replies, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Thread {
    pub root_id: MessageId,
    pub chat_id: ChatId,
    /// The message that the thread hangs on; absent once it is deleted: the replies stay.
    pub root: Option<Message>,
    pub me: ThreadState,
    pub items: Vec<Message>,
    /// Whether there are older replies than the first one here.
    pub has_before: bool,
    /// Whether there are newer replies than the last one here.
    pub has_after: bool,
}

/// `GET /threads`: a thread as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedThread {
    pub chat_id: ChatId,
    /// The message that it hangs on.
    pub root: ReplyPreview,
    pub thread: ThreadSummary,
    pub me: ThreadState,
}

/// `POST /messages/{message_id}/thread/read`. Never moves back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkThreadRead {
    pub seq: i64,
}

/// The summary of a thread after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadUpdated {
    pub chat_id: ChatId,
    pub root_id: MessageId,
    /// Absent: the last reply is gone.
    pub thread: Option<ThreadSummary>,
}

/// The receiver's place in a thread after a change, here or on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadStateChanged {
    pub chat_id: ChatId,
    pub root_id: MessageId,
    #[serde(flatten)]
    pub me: ThreadState,
}

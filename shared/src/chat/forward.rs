//! Messages that are passed on.

use crate::identity::UserRef;
use crate::ids::{ChatId, MessageId, SpaceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a message passes on: a copy, as it was then. Its names mention nobody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Forwarded {
    pub author: UserRef,
    /// Markdown source; may be empty when there are files or a sticker.
    pub content: String,
    /// When it was written.
    #[serde(with = "crate::millis")]
    pub written_at: DateTime<Utc>,
}

/// Where a forwarded message was taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForwardSource {
    /// Absent when the caller may not read it there, or it is deleted.
    pub source: Option<MessagePlace>,
}

/// Where a message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePlace {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    pub space_id: Option<SpaceId>,
    pub seq: i64,
    /// The message in whose thread it is.
    pub thread_root: Option<MessageId>,
}

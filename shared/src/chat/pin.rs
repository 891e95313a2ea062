//! Pinned messages.

use super::Message;
use crate::identity::UserRef;
use crate::ids::{ChatId, MessageId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most pinned messages of one chat.
pub const MAX_PINS: usize = 100;

/// A pinned message, and who pinned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pin {
    pub message: Message,
    pub pinned_by: UserRef,
    #[serde(with = "crate::millis")]
    pub pinned_at: DateTime<Utc>,
}

/// A message was pinned, or is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinChanged {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    /// The message's own `seq`.
    pub message_seq: i64,
    /// Who did it.
    pub by: UserRef,
}

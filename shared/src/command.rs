//! What a client says to the socket: `{"id": "c1", "type": "…", "data": {…}}`.

use crate::chat::SendMessage;
use crate::identity::SetStatus;
use crate::ids::{ChatId, FileId, MessageId, StickerId};
use crate::topic::Topic;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "the-space.v1";
/// The largest text frame, in bytes.
pub const MAX_FRAME: usize = 64 * 1024;

/// A command with the id its answer will carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommandFrame {
    /// 1-64 characters, chosen by the client.
    pub id: String,
    #[serde(flatten)]
    pub command: Command,
}

/// Everything a client can say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Command {
    /// Must be the first frame, within 5 s.
    Hello(Hello),
    /// A new access token before the old one ends.
    Reauthenticate(Reauthenticate),
    JoinRoom(JoinRoom),
    LeaveRoom(Room),
    SendMessage(SendTo),
    EditMessage(EditOne),
    DeleteMessage(OneMessage),
    AddReaction(ReactTo),
    Typing(Room),
    MarkRead(ReadTo),
    Heartbeat(Heartbeat),
    SetStatus(SetStatus),
}

/// See [`Command::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hello {
    pub token: String,
    /// The last `seq` the client has of each topic.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cursors: BTreeMap<Topic, i64>,
    /// The `epoch` of the `connected` that the cursors are from. Of another log nothing is recovered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
}

/// See [`Command::Reauthenticate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reauthenticate {
    pub token: String,
}

/// See [`Command::JoinRoom`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRoom {
    pub chat_id: ChatId,
    /// The last event `seq` of the chat that the client has; absent: from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seq: Option<i64>,
}

/// A chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Room {
    pub chat_id: ChatId,
}

/// See [`Command::SendMessage`]: [`SendMessage`] and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendTo {
    pub chat_id: ChatId,
    #[serde(default)]
    pub content: String,
    pub nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<FileId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<StickerId>,
}

impl SendTo {
    /// The chat, and the body as the REST route takes it.
    #[must_use]
    pub fn into_parts(self) -> (ChatId, SendMessage) {
        let Self { chat_id, content, nonce, reply_to, thread_root, attachment_ids, sticker_id } =
            self;
        let body =
            SendMessage { content, nonce, reply_to, thread_root, attachment_ids, sticker_id };
        (chat_id, body)
    }
}

/// See [`Command::EditMessage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditOne {
    pub message_id: MessageId,
    pub content: String,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OneMessage {
    pub message_id: MessageId,
}

/// See [`Command::AddReaction`]: toggles, as the REST route does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReactTo {
    pub message_id: MessageId,
    pub emoji: String,
}

/// See [`Command::MarkRead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadTo {
    pub chat_id: ChatId,
    pub seq: i64,
}

/// See [`Command::Heartbeat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Heartbeat {
    /// Whether the person did something since the last one; `false` for 10 minutes means away.
    pub active: bool,
}

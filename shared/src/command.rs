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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_of: Option<MessageId>,
}

impl SendTo {
    /// The chat, and the body as the REST route takes it.
    #[must_use]
    pub fn into_parts(self) -> (ChatId, SendMessage) {
        let body = SendMessage {
            content: self.content,
            nonce: self.nonce,
            reply_to: self.reply_to,
            thread_root: self.thread_root,
            attachment_ids: self.attachment_ids,
            sticker_id: self.sticker_id,
            forward_of: self.forward_of,
        };
        (self.chat_id, body)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ServerFrame;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            Just(json!("00000000-0000-7000-8000-000000000000")),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(fields(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn fields() -> impl Strategy<Value = String> {
        prop_oneof![prop::sample::select(&FIELDS[..]).prop_map(str::to_owned), "[a-z_]{1,8}"]
    }

    const FIELDS: [&str; 14] = [
        "id",
        "type",
        "data",
        "token",
        "cursors",
        "chat_id",
        "message_id",
        "content",
        "nonce",
        "seq",
        "after_seq",
        "active",
        "status",
        "emoji",
    ];

    const KINDS: [&str; 14] = [
        "hello",
        "reauthenticate",
        "join_room",
        "leave_room",
        "send_message",
        "edit_message",
        "delete_message",
        "add_reaction",
        "typing",
        "mark_read",
        "heartbeat",
        "set_status",
        "connected",
        "new_message",
    ];

    proptest! {
        /// What is read is written as it was read.
        #[test]
        fn any_frame_is_a_command_or_refused(
            id in "\\PC{0,8}", kind in prop::sample::select(&KINDS[..]), data in values(),
        ) {
            let text = json!({"id": id, "type": kind, "data": data}).to_string();
            if let Ok(frame) = serde_json::from_str::<CommandFrame>(&text) {
                let again = serde_json::to_string(&frame).unwrap();
                prop_assert_eq!(serde_json::from_str::<CommandFrame>(&again).unwrap(), frame);
            }
            let _ = ServerFrame::parse(&text);
        }

        #[test]
        fn any_text_is_a_frame_or_refused(text in r#"([{}\[\],:"\\]|null|1e400|\\u[dD]8|id|type|data|\PC){0,60}"#) {
            let _ = serde_json::from_str::<CommandFrame>(&text);
            let _ = ServerFrame::parse(&text);
        }
    }
}

//! Chats, messages and search on the wire.

use crate::error::{FieldCode, FieldError};
use crate::identity::UserRef;
use crate::ids::{ChatId, MessageId, SpaceId, UserId};
use crate::permission::{ChatOverride, PermissionSet};
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest message text, in characters.
pub const MAX_MESSAGE_CHARS: usize = 10_000;
/// The most people in a group chat, the maker included.
pub const MAX_GROUP: usize = 50;
/// The most different emoji on one message.
pub const MAX_REACTION_KINDS: usize = 50;

/// What kind of conversation a chat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChatKind {
    /// Belongs to a space.
    Space,
    /// Two people.
    Direct,
    /// Up to [`MAX_GROUP`] people outside any space.
    Group,
}

impl ChatKind {
    /// The key on the wire and in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Direct => "direct",
            Self::Group => "group",
        }
    }

    /// The kind of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Space, Self::Direct, Self::Group].into_iter().find(|k| k.key() == key)
    }
}

/// A chat as the caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chat {
    pub id: ChatId,
    pub kind: ChatKind,
    pub space_id: Option<SpaceId>,
    /// Empty for a direct chat: show the other one's name.
    pub name: String,
    /// One line about what is talked about.
    pub topic: Option<String>,
    /// Order within the space.
    pub position: i32,
    pub is_default: bool,
    /// The people of a direct or group chat, the caller included; empty for a chat of a space.
    pub members: Vec<UserRef>,
    /// Who made a group chat; he may remove people from it.
    pub owner_id: Option<UserId>,
    /// Overrides of the space's roles in this chat.
    pub overrides: Vec<ChatOverride>,
    /// What the caller may do here.
    pub permissions: PermissionSet,
    /// The newest message's `seq`; 0 when there is none.
    pub last_seq: i64,
    #[serde(default, with = "crate::millis::option")]
    pub last_message_at: Option<DateTime<Utc>>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    pub read: ReadState,
}

/// How far the caller has read a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadState {
    /// Messages up to this `seq` are read.
    pub read_seq: i64,
    /// Messages of others after it that are not deleted: exact.
    pub unread: i64,
    /// Of those, how many mention the caller.
    pub mentions: i64,
}

/// `POST /spaces/{space_id}/chats`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateChat {
    /// 1-80 characters, unique in the space.
    pub name: String,
    #[serde(default)]
    pub topic: Option<String>,
    #[serde(default)]
    pub overrides: Vec<ChatOverride>,
}

impl Validate for CreateChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 80));
        if let Some(topic) = &self.topic {
            check(&mut errors, "topic", validate::text(topic, 0, 250));
        }
        check(&mut errors, "overrides", overrides(&self.overrides));
        errors
    }
}

/// `POST /chats`: `user_id` gets or creates the direct chat, `user_ids` creates a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenChat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Validate for OpenChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        match (&self.user_id, &self.user_ids) {
            (Some(_), None) => {}
            (None, Some(ids)) if ids.is_empty() => {
                check(&mut errors, "user_ids", Err(FieldCode::Required));
            }
            (None, Some(ids)) if ids.len() >= MAX_GROUP => {
                check(&mut errors, "user_ids", Err(FieldCode::TooMany));
            }
            (None, Some(_)) => {}
            _ => check(&mut errors, "user_id", Err(FieldCode::Required)),
        }
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 80));
        }
        errors
    }
}

/// `PATCH /chats/{chat_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateChat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub topic: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
    /// Replaces all overrides of the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<ChatOverride>>,
}

impl Validate for UpdateChat {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 80));
        }
        if let Some(Some(topic)) = &self.topic {
            check(&mut errors, "topic", validate::text(topic, 0, 250));
        }
        if self.position.is_some_and(|p| !(0..=10_000).contains(&p)) {
            check(&mut errors, "position", Err(FieldCode::OutOfRange));
        }
        if let Some(list) = &self.overrides {
            check(&mut errors, "overrides", overrides(list));
        }
        errors
    }
}

/// `POST /chats/{chat_id}/members`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddChatMember {
    pub user_id: UserId,
}

/// At most 100, one a target, only permissions that mean something in a chat.
fn overrides(list: &[ChatOverride]) -> Result<(), FieldCode> {
    use crate::permission::CHAT_SCOPE;
    if list.len() > 100 {
        return Err(FieldCode::TooMany);
    }
    for (i, o) in list.iter().enumerate() {
        if list[..i].iter().any(|other| other.target == o.target) {
            return Err(FieldCode::Duplicate);
        }
        if !CHAT_SCOPE.covers(o.allow.union(o.deny)) {
            return Err(FieldCode::OutOfRange);
        }
    }
    Ok(())
}

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageType {
    #[default]
    Text,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: MessageId,
    pub chat_id: ChatId,
    /// Orders the messages of a chat: 1, 2, 3 without holes.
    pub seq: i64,
    pub author: UserRef,
    /// Markdown source.
    pub content: String,
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// A heading that opens a topic (imports from systems with topics).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyPreview>,
    pub reactions: Vec<Reaction>,
    /// Who is mentioned: only people who may read the chat.
    pub mentions: Vec<UserRef>,
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    pub nonce: String,
}

/// The message that is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyPreview {
    pub id: MessageId,
    pub seq: i64,
    /// Absent once the message is deleted.
    pub author: Option<UserRef>,
    /// The first 140 characters; absent once the message is deleted.
    pub excerpt: Option<String>,
}

/// One emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    pub emoji: String,
    pub count: i64,
    /// Whether the caller reacted with it.
    pub me: bool,
    /// The first ten who did.
    pub users: Vec<UserRef>,
}

/// `POST /messages/{chat_id}` and the socket's `send_message`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendMessage {
    /// 1-10,000 characters of Markdown.
    pub content: String,
    /// 1-64 characters, chosen by the sender: the same nonce is the same message.
    pub nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
}

impl Validate for SendMessage {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "content", validate::message(&self.content));
        check(&mut errors, "nonce", validate::nonce(&self.nonce));
        errors
    }
}

/// `PATCH /messages/{message_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditMessage {
    pub content: String,
}

impl Validate for EditMessage {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "content", validate::message(&self.content));
        errors
    }
}

/// `POST /messages/{message_id}/reaction`: toggles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct React {
    /// One emoji, or `:name:` of a custom one.
    pub emoji: String,
}

impl Validate for React {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "emoji", validate::emoji(&self.emoji));
        errors
    }
}

/// The reactions of a message after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reactions {
    pub message_id: MessageId,
    pub reactions: Vec<Reaction>,
}

/// `POST /chats/{chat_id}/read` and the socket's `mark_read`. Never moves back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkRead {
    pub seq: i64,
}

/// An earlier text of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageVersion {
    pub content: String,
    /// When this text was written.
    #[serde(with = "crate::millis")]
    pub written_at: DateTime<Utc>,
}

/// A page of a chat's history, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct History {
    pub items: Vec<Message>,
    /// Whether there are older messages than the first one here.
    pub has_before: bool,
    /// Whether there are newer messages than the last one here.
    pub has_after: bool,
}

/// A search result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    pub message: Message,
    /// A piece of the text around the found words.
    pub snippet: Vec<SnippetPart>,
}

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnippetPart {
    pub text: String,
    /// Whether this piece matched the query.
    pub hit: bool,
}

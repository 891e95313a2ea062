//! Chats, messages and search on the wire.

mod change;
mod forward;
mod mention;
mod organise;
mod pin;
mod preview;
mod search;
mod thread;

pub use change::*;
pub use forward::*;
pub use mention::MentionGroups;
pub use organise::*;
pub use pin::*;
pub use preview::*;
pub use search::*;
pub use thread::*;

use crate::error::{FieldCode, FieldError};
use crate::expression::{self, Sticker};
use crate::files::{Attachment, FileHint, MAX_ATTACHMENTS};
use crate::identity::UserRef;
use crate::ids::{CategoryId, ChatId, FileId, MessageId, SpaceId, StickerId, UserId};
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
    /// The heading it stands under; absent: above all of them.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    /// Order within the category.
    pub position: i32,
    /// Slow mode: seconds that one person waits between two messages; 0 is off.
    #[serde(default)]
    pub slow_seconds: i32,
    /// Slow mode: when the caller may write again; absent: now.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub slow_until: Option<DateTime<Utc>>,
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
    /// Messages of others after it that are not deleted and no replies of threads: exact.
    pub unread: i64,
    /// Of those, how many mention the caller.
    pub mentions: i64,
}

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageType {
    #[default]
    Text,
    Sticker,
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
    /// Markdown source; may be empty when there are files or something is passed on, is empty when it
    /// is a sticker of its author's.
    pub content: String,
    /// Its files, in the sender's order.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker: Option<Sticker>,
    /// What it passes on; the files and the sticker are then those of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Box<Forwarded>>,
    /// What is shown of the first links of its text and of what it passes on; comes some time after
    /// the message, with `message_previews`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previews: Vec<LinkPreview>,
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
    /// The message whose thread this one belongs to; it does not show among those of the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// What hangs on this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadSummary>,
    #[serde(default)]
    pub pinned: bool,
    /// Whom it mentions as many.
    #[serde(default, skip_serializing_if = "MentionGroups::is_empty")]
    pub mention_groups: MentionGroups,
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    pub nonce: String,
}

impl Message {
    /// What it says: its own text, or without one the text that it passes on.
    #[must_use]
    pub fn words(&self) -> &str {
        match &self.forwarded {
            Some(forwarded) if self.content.is_empty() => &forwarded.content,
            _ => &self.content,
        }
    }
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
    /// The first file of a message that has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileHint>,
    /// The name of the sticker that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker: Option<String>,
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
    /// Up to 10,000 characters of Markdown; may be empty when there are files or something is passed on,
    /// is empty with a sticker.
    #[serde(default)]
    pub content: String,
    /// 1-64 characters, chosen by the sender: the same nonce is the same message.
    pub nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The message in whose thread this one goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// Up to ten of the caller's uploads that no message has yet, in the order they are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<FileId>,
    /// One of a pack that the caller may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<StickerId>,
    /// A message to pass on, which the caller may read: text, files and sticker are copied as they are
    /// now, `content` is his comment. What was passed on there is passed on from its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_of: Option<MessageId>,
}

impl Validate for SendMessage {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "content", words(self));
        check(&mut errors, "attachment_ids", attachments(self));
        check(&mut errors, "forward_of", alone(self));
        check(&mut errors, "nonce", validate::nonce(&self.nonce));
        errors
    }
}

/// What is passed on brings its own files and sticker.
fn alone(body: &SendMessage) -> Result<(), FieldCode> {
    let brings_more = !body.attachment_ids.is_empty() || body.sticker_id.is_some();
    if body.forward_of.is_some() && brings_more { Err(FieldCode::OutOfRange) } else { Ok(()) }
}

/// A text, which may be empty beside files and is beside a sticker.
fn words(body: &SendMessage) -> Result<(), FieldCode> {
    let empty = body.content.trim().is_empty();
    match body.sticker_id {
        Some(_) if body.content.is_empty() => Ok(()),
        Some(_) => Err(FieldCode::OutOfRange),
        None if empty && (!body.attachment_ids.is_empty() || body.forward_of.is_some()) => Ok(()),
        None => validate::message(&body.content),
    }
}

/// Whether a text may be empty is known when its message is.
fn edited(content: &str) -> Result<(), FieldCode> {
    if content.trim().is_empty() { Ok(()) } else { validate::message(content) }
}

fn attachments(body: &SendMessage) -> Result<(), FieldCode> {
    let ids = &body.attachment_ids;
    if ids.len() > MAX_ATTACHMENTS || (body.sticker_id.is_some() && !ids.is_empty()) {
        return Err(FieldCode::TooMany);
    }
    match ids.iter().enumerate().any(|(at, id)| ids[..at].contains(id)) {
        true => Err(FieldCode::Duplicate),
        false => Ok(()),
    }
}

/// `PATCH /messages/{message_id}`. An empty text is for messages that have files or pass something on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditMessage {
    pub content: String,
}

impl Validate for EditMessage {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        // Whether there is something else the server knows.
        check(&mut errors, "content", edited(&self.content));
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
        // Whether a name means something is known where the message is.
        if expression::custom_name(&self.emoji).is_none() {
            check(&mut errors, "emoji", validate::emoji(&self.emoji));
        }
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

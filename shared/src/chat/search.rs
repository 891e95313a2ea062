//! What a search finds.

use super::{ChatKind, Message};
use crate::files::FileKind;
use crate::identity::UserRef;
use crate::ids::{ChatId, FileId, MessageId, SpaceId};
use serde::{Deserialize, Serialize};

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

/// `GET /search/quick`: where one may want to go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickFound {
    /// People who share a space or a conversation with the caller.
    pub people: Vec<UserRef>,
    /// Chats of spaces and groups that the caller sees.
    pub chats: Vec<QuickChat>,
    /// Files of messages that the caller may read, newest first; from three letters on.
    #[serde(default)]
    pub files: Vec<QuickFile>,
}

/// A file that was found by its name, with the message that brought it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickFile {
    pub id: FileId,
    pub name: String,
    pub kind: FileKind,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    /// Where the message stands in its chat.
    pub message_seq: i64,
    /// The thread it is a reply in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
}

/// A chat that was found by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickChat {
    pub id: ChatId,
    pub kind: ChatKind,
    pub space_id: Option<SpaceId>,
    pub name: String,
}

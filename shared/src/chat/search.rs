//! What a search finds.

use super::{ChatKind, Message};
use crate::identity::UserRef;
use crate::ids::{ChatId, SpaceId};
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

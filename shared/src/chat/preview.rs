//! What is shown of the pages that messages link to.

use crate::files::Attachment;
use crate::ids::{ChatId, MessageId};
use serde::{Deserialize, Serialize};

/// The most links of a message that something is shown of.
pub const MAX_PREVIEWS: usize = 3;
/// The longest title of a page and name of its site, in characters.
pub const MAX_PREVIEW_TITLE: usize = 200;
/// The longest description of a page, in characters.
pub const MAX_PREVIEW_TEXT: usize = 400;

/// What a page says about itself, as it was when the server asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkPreview {
    /// As in the text; `http:` or `https:`.
    pub url: String,
    /// Plain text, as all of it.
    pub title: String,
    pub site_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A copy on this server, at most 800 pixels wide and high, for those who see the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Attachment>,
}

/// What is shown of the links of a message from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePreviews {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    /// The message's own `seq`.
    pub message_seq: i64,
    /// All of it: what was shown before and is not in it goes.
    pub previews: Vec<LinkPreview>,
}

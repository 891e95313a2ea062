//! Topics of the stream.

use crate::ids::{ChatId, SpaceId, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Where an event belongs. Text form `user:<id>`, `space:<id>`, `chat:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A person's own inbox: other devices, read state, sessions, direct chats.
    User(UserId),
    /// Members, roles and chats of a space, and the presence of its members.
    Space(SpaceId),
    /// Messages of a chat.
    Chat(ChatId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Space(id) => write!(f, "space:{id}"),
            Self::Chat(id) => write!(f, "chat:{id}"),
        }
    }
}

/// The text was not a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTopic;

impl fmt::Display for BadTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected user:<id>, space:<id> or chat:<id>")
    }
}

impl std::error::Error for BadTopic {}

impl FromStr for Topic {
    type Err = BadTopic;
    fn from_str(text: &str) -> Result<Self, BadTopic> {
        let (kind, id) = text.split_once(':').ok_or(BadTopic)?;
        match kind {
            "user" => id.parse().map(Self::User),
            "space" => id.parse().map(Self::Space),
            "chat" => id.parse().map(Self::Chat),
            _ => return Err(BadTopic),
        }
        .map_err(|_| BadTopic)
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Topic {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("`user:<id>`, `space:<id>` or `chat:<id>`"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Topic {}

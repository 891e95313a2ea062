//! Sticker packs and the emoji of a space, on the wire.

use crate::error::{FieldCode, FieldError};
use crate::identity::UserRef;
use crate::ids::{EmojiId, PackId, SpaceId, StickerId, UserId};
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most stickers in a pack.
pub const MAX_STICKERS: i64 = 120;
/// The most packs a person has made.
pub const MAX_OWN_PACKS: i64 = 50;
/// The most packs a person has installed.
pub const MAX_INSTALLED: i64 = 100;
/// The most emoji of a space.
pub const MAX_SPACE_EMOJI: i64 = 200;
/// The longest side of a stored sticker, in pixels.
pub const STICKER_SIDE: u32 = 512;
/// The longest side of a stored emoji, in pixels.
pub const EMOJI_SIDE: u32 = 128;

/// Who may look at a sticker pack, install it and send from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PackVisibility {
    /// Listed for everybody.
    Public,
    /// Not listed; whoever has the link, or sees a sticker of it in a chat.
    Link,
    /// Only who made it.
    #[default]
    Private,
}

impl PackVisibility {
    pub const ALL: &[Self] = &[Self::Public, Self::Link, Self::Private];

    /// The key on the wire, in the database and in the catalogue (`stickers.visibility_` and this).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Link => "link",
            Self::Private => "private",
        }
    }

    /// The visibility of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.key() == key)
    }
}

/// A picture to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sticker {
    pub id: StickerId,
    pub pack_id: PackId,
    pub name: String,
    /// Finds it while writing, as `:shortcode:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortcode: Option<String>,
    /// Path of the picture.
    pub url: String,
    /// Pixels.
    pub width: i32,
    pub height: i32,
}

/// A pack as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StickerPack {
    pub id: PackId,
    pub name: String,
    pub description: Option<String>,
    pub visibility: PackVisibility,
    /// Absent for packs that come with the server.
    pub author: Option<UserRef>,
    /// The picture of its first sticker, or of the one chosen for this.
    pub thumbnail_url: Option<String>,
    pub sticker_count: i64,
    /// Whether the caller has it at hand.
    pub installed: bool,
    /// Whether the caller may edit it.
    pub own: bool,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// A pack with its stickers in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FullPack {
    #[serde(flatten)]
    pub pack: StickerPack,
    pub stickers: Vec<Sticker>,
}

/// `POST /stickers/packs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatePack {
    /// 1-100 characters.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub visibility: PackVisibility,
}

impl Validate for CreatePack {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 100));
        if let Some(text) = &self.description {
            check(&mut errors, "description", validate::text(text, 0, 500));
        }
        errors
    }
}

/// `PATCH /stickers/packs/{pack_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdatePack {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<PackVisibility>,
    /// The sticker that stands for the pack; `null`: its first one.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<StickerId>))]
    pub thumbnail_id: Option<Option<StickerId>>,
    /// All stickers of the pack in their new order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<StickerId>>,
}

impl Validate for UpdatePack {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 100));
        }
        if let Some(Some(text)) = &self.description {
            check(&mut errors, "description", validate::text(text, 0, 500));
        }
        if self.order.as_ref().is_some_and(|ids| ids.len() as i64 > MAX_STICKERS) {
            check(&mut errors, "order", Err(FieldCode::TooMany));
        }
        errors
    }
}

/// `PATCH /stickers/packs/{pack_id}/stickers/{sticker_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateSticker {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub shortcode: Option<Option<String>>,
}

impl Validate for UpdateSticker {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check(&mut errors, "name", validate::name(name, 1, 100));
        }
        if let Some(Some(code)) = &self.shortcode {
            check(&mut errors, "shortcode", shortcode(code));
        }
        errors
    }
}

/// `PUT /stickers/my-packs`: the caller's packs in their new order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPacks {
    pub pack_ids: Vec<PackId>,
}

/// An emoji of a space: `:name:` in its chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpaceEmoji {
    pub id: EmojiId,
    pub space_id: SpaceId,
    /// Without the colons.
    pub name: String,
    /// Path of the picture.
    pub url: String,
    pub created_by: Option<UserId>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// See [`crate::event::Event::EmojiDeleted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmojiDeleted {
    pub space_id: SpaceId,
    pub emoji_id: EmojiId,
}

/// `PATCH /spaces/{space_id}/emoji/{emoji_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenameEmoji {
    pub name: String,
}

impl Validate for RenameEmoji {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", shortcode(&self.name));
        errors
    }
}

/// What may stand between colons: 2-32 small latin letters, digits, `_`, `-` or `+`, not only digits
/// (`12:30:45` is a time).
///
/// # Errors
/// The rule that is broken.
pub fn shortcode(text: &str) -> Result<(), FieldCode> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-+".contains(&byte);
    match text.len() {
        0 => Err(FieldCode::Required),
        1 => Err(FieldCode::TooShort),
        2..=32 if !text.bytes().all(allowed) => Err(FieldCode::BadCharacters),
        2..=32 if !text.bytes().any(|byte| byte.is_ascii_lowercase()) => {
            Err(FieldCode::NeedsLetter)
        }
        2..=32 => Ok(()),
        _ => Err(FieldCode::TooLong),
    }
}

/// The name in `:name:`, when the whole text is one.
#[must_use]
pub fn custom_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix(':')?.strip_suffix(':')?;
    shortcode(name).is_ok().then_some(name)
}

/// A piece of a text: words, or a name that stood between colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    Name(&'a str),
}

/// Cuts a text at the `:names:` that `is_known` knows.
pub fn pieces<'a>(text: &'a str, is_known: impl Fn(&str) -> bool) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(open) = text[at..].find(':').map(|offset| at + offset) {
        let Some(close) = text[open + 1..].find(':').map(|offset| open + 1 + offset) else { break };
        let name = &text[open + 1..close];
        if shortcode(name).is_ok() && is_known(name) {
            if start < open {
                found.push(Piece::Words(&text[start..open]));
            }
            found.push(Piece::Name(name));
            start = close + 1;
            at = start;
        } else {
            // The closing colon may open the next name.
            at = close;
        }
    }
    if start < text.len() {
        found.push(Piece::Words(&text[start..]));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes() {
        for good in ["ok", "party_parrot", "a1", "+1a", "blob-cat"] {
            assert_eq!(shortcode(good), Ok(()), "{good}");
        }
        for (bad, code) in [
            ("", FieldCode::Required),
            ("a", FieldCode::TooShort),
            ("Party", FieldCode::BadCharacters),
            ("кот", FieldCode::BadCharacters),
            ("a b", FieldCode::BadCharacters),
            ("30", FieldCode::NeedsLetter),
            (&"a".repeat(33), FieldCode::TooLong),
        ] {
            assert_eq!(shortcode(bad), Err(code), "{bad}");
        }
        assert_eq!(custom_name(":cat:"), Some("cat"));
        for other in ["cat", ":cat", ":", "::", ":Cat:", ":a:b:"] {
            assert_eq!(custom_name(other), None, "{other}");
        }
    }

    #[test]
    fn cuts_known_names_out_of_words() {
        use Piece::{Name, Words};
        let known = |name: &str| ["cat", "dog"].contains(&name);
        for (text, want) in [
            ("", vec![]),
            ("no names", vec![Words("no names")]),
            (":cat:", vec![Name("cat")]),
            ("a :cat::dog: b", vec![Words("a "), Name("cat"), Name("dog"), Words(" b")]),
            ("at 12:30: :cow: :cat:", vec![Words("at 12:30: :cow: "), Name("cat")]),
            (":x:cat:", vec![Words(":x"), Name("cat")]),
            ("кіт :cat: є", vec![Words("кіт "), Name("cat"), Words(" є")]),
            ("::::", vec![Words("::::")]),
        ] {
            assert_eq!(pieces(text, known), want, "{text}");
        }
    }
}

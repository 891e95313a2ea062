//! Files on the wire: what was uploaded, and what of it is shown.

use crate::ids::{FileId, MessageId};
use crate::validate::is_bidi_control;
use serde::{Deserialize, Serialize};

/// The most files on one message.
pub const MAX_ATTACHMENTS: usize = 10;
/// The longest file name, in characters.
pub const MAX_FILE_NAME: usize = 150;

/// How a file is shown, decided by its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileKind {
    /// JPEG, PNG, GIF or WebP.
    Image,
    Audio,
    Video,
    /// Everything else: a card with a download.
    #[default]
    Document,
}

impl FileKind {
    pub const ALL: &[Self] = &[Self::Image, Self::Audio, Self::Video, Self::Document];

    /// The key on the wire, in the database and in the catalogue (`files.kind_` and this).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// The kind of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.key() == key)
    }

    /// Whether sending it needs `send_media`; the others need `send_files`.
    #[must_use]
    pub const fn is_media(self) -> bool {
        !matches!(self, Self::Document)
    }
}

/// A file of a message, or one that waits for its message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    pub id: FileId,
    pub kind: FileKind,
    /// The name it had with its sender, without what could deceive.
    pub name: String,
    /// Media type by content, not by name.
    pub mime: String,
    /// Bytes, as stored.
    pub size: i64,
    /// Pixels, of pictures and most videos: known before the file is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    /// See `width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// A picture in 30 characters (blurha.sh), for the time until the file is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// Length in milliseconds, where the file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// A picture that moves.
    #[serde(default, skip_serializing_if = "is_false")]
    pub animated: bool,
    /// Path of the content. Needs a bearer token, or the cookie of the web client.
    pub url: String,
    /// Path of a smaller still picture (WebP); absent where the file itself is small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(is: &bool) -> bool {
    !is
}

/// What an answered message shows when it has no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileHint {
    pub kind: FileKind,
    pub name: String,
}

/// What may be uploaded here, and how much room is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileLimits {
    /// The largest picture, in bytes.
    pub image: i64,
    pub audio: i64,
    pub video: i64,
    pub document: i64,
    /// The most pixels of a picture.
    pub pixels: i64,
    /// The most files on one message.
    pub attachments: i64,
    /// Bytes that the caller's files take.
    pub used: i64,
    /// Bytes that they may take.
    pub quota: i64,
}

impl FileLimits {
    /// The largest file of a kind, in bytes.
    #[must_use]
    pub const fn of(&self, kind: FileKind) -> i64 {
        match kind {
            FileKind::Image => self.image,
            FileKind::Audio => self.audio,
            FileKind::Video => self.video,
            FileKind::Document => self.document,
        }
    }
}

/// Path of a file's content.
#[must_use]
pub fn url(id: FileId) -> String {
    format!("/api/v1/files/{id}")
}

/// Path of the picture of a page that a message links to.
#[must_use]
pub fn preview_url(id: FileId, message: MessageId) -> String {
    format!("/api/v1/files/{id}?message={message}")
}

/// Path of a file's smaller picture.
#[must_use]
pub fn thumbnail_url(id: FileId) -> String {
    format!("/api/v1/files/{id}/thumbnail")
}

const DEVICES: [&str; 8] = ["con", "prn", "aux", "nul", "com1", "com2", "lpt1", "lpt2"];

/// The name under which a file is shown and downloaded: no folders, no characters that hide or turn
/// others, no names that mean a device, at most [`MAX_FILE_NAME`] characters with its ending kept.
#[must_use]
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| {
            !c.is_control()
                && !is_bidi_control(*c)
                && !matches!(c, '\u{200B}'..='\u{200D}' | '\u{FEFF}')
        })
        .map(|c| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let kept = kept.trim().trim_end_matches(['.', ' ']).trim_start_matches('.');
    if kept.is_empty() {
        return "file".to_owned();
    }
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= 10 => {
            (stem, format!(".{ending}"))
        }
        _ => (kept, String::new()),
    };
    let room = MAX_FILE_NAME - ending.chars().count();
    let stem: String = stem.chars().take(room).collect();
    let device = DEVICES.contains(&stem.to_ascii_lowercase().as_str());
    format!("{}{stem}{ending}", if device { "_" } else { "" })
}

/// The ending of a name in lower case, without the dot; empty when it has none.
#[must_use]
pub fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => {
            ending.to_ascii_lowercase()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        for (given, want) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\anna\\cv.docx", "cv.docx"),
            ("a\u{0}b\n.txt", "ab.txt"),
            ("invoice\u{202E}gpj.exe", "invoicegpj.exe"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("...", "file"),
            ("", "file"),
            (".htaccess", "htaccess"),
            ("a<b>:\"c|?*.md", "a_b___c___.md"),
            ("отчёт за май.pdf", "отчёт за май.pdf"),
        ] {
            assert_eq!(clean_name(given), want, "{given:?}");
        }
        let long = clean_name(&format!("{}.pdf", "x".repeat(300)));
        assert_eq!(long.chars().count(), MAX_FILE_NAME);
        assert!(long.ends_with(".pdf"));
    }

    #[test]
    fn endings() {
        assert_eq!(ending("a.tar.GZ"), "gz");
        assert_eq!(ending("README"), "");
        assert_eq!(ending(".env"), "");
    }
}

//! What a file is, by its first bytes. What its sender says of it counts for nothing, but the ending
//! of a text's name chooses between kinds of text.

use image::ImageFormat;
use infer::MatcherType;
use shared::files::{FileKind, ending};

/// Bytes from the beginning that decide.
pub const HEAD: usize = 8192;

/// Loaded and never shown, whatever it holds.
const OPAQUE: &str = "application/octet-stream";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    pub kind: FileKind,
    pub mime: &'static str,
    /// Of pictures.
    pub format: Option<ImageFormat>,
    /// Whether it is a ZIP inside: office documents are.
    pub is_zip: bool,
}

const fn plain(kind: FileKind, mime: &'static str) -> Content {
    Content { kind, mime, format: None, is_zip: false }
}

const fn picture(mime: &'static str, format: ImageFormat) -> Content {
    Content { kind: FileKind::Image, mime, format: Some(format), is_zip: false }
}

/// What begins like this; `None` is refused.
#[must_use]
pub fn inspect(head: &[u8], name: &str, accept_other: bool) -> Option<Content> {
    infer::get(head)
        .and_then(|found| known(&found, head))
        // Some marks are two letters long: what reads as text is text.
        .or_else(|| is_text(head).then(|| text(name)))
        .or_else(|| accept_other.then_some(plain(FileKind::Document, OPAQUE)))
}

fn known(found: &infer::Type, head: &[u8]) -> Option<Content> {
    let is_zip = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    let content = match (found.matcher_type(), found.mime_type()) {
        (MatcherType::Image, mime) => image(mime),
        (MatcherType::Audio, mime) => audio(mime),
        (MatcherType::Video, mime) => video(mime, head),
        (_, mime) => document(mime),
    };
    content.map(|content| Content { is_zip, ..content })
}

fn image(mime: &str) -> Option<Content> {
    match mime {
        "image/jpeg" => Some(picture("image/jpeg", ImageFormat::Jpeg)),
        "image/png" => Some(picture("image/png", ImageFormat::Png)),
        "image/gif" => Some(picture("image/gif", ImageFormat::Gif)),
        "image/webp" => Some(picture("image/webp", ImageFormat::WebP)),
        _ => None,
    }
}

fn audio(mime: &str) -> Option<Content> {
    let mime = match mime {
        "audio/mpeg" => "audio/mpeg",
        "audio/m4a" => "audio/mp4",
        "audio/ogg" | "audio/opus" => "audio/ogg",
        "audio/x-flac" => "audio/flac",
        "audio/x-wav" => "audio/wav",
        "audio/aac" => "audio/aac",
        _ => return None,
    };
    Some(plain(FileKind::Audio, mime))
}

fn video(mime: &str, head: &[u8]) -> Option<Content> {
    let has = |mark: &[u8]| head.windows(mark.len()).any(|window| window == mark);
    match mime {
        // A recorder that hears only says so in the names of its codecs.
        "video/webm" | "video/x-matroska" if has(b"A_") && !has(b"V_") => {
            Some(plain(FileKind::Audio, "audio/webm"))
        }
        "video/webm" => Some(plain(FileKind::Video, "video/webm")),
        "video/mp4" | "video/x-m4v" => Some(plain(FileKind::Video, "video/mp4")),
        "video/quicktime" => Some(plain(FileKind::Video, "video/quicktime")),
        _ => None,
    }
}

fn document(mime: &str) -> Option<Content> {
    const KNOWN: [&str; 21] = [
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/rtf",
        "application/epub+zip",
        "application/zip",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-ole-storage",
    ];
    let mime = KNOWN.into_iter().find(|known| *known == mime)?;
    Some(plain(FileKind::Document, mime))
}

/// UTF-8 without the controls that no text has; a character may be cut off at the end.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && head.len() >= HEAD => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{C}' | '\u{1B}'))
}

fn text(name: &str) -> Content {
    let mime = match ending(name).as_str() {
        "txt" | "log" | "text" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "csv" => "text/csv",
        _ => OPAQUE,
    };
    plain(FileKind::Document, mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (head, name, want) in [
            (&b"\xFF\xD8\xFF\xE0rest"[..], "a.txt", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n0000", "a.exe", Some("image/png")),
            (b"GIF89a....", "a.gif", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a", Some("image/webp")),
            (b"%PDF-1.7", "a.jpg", Some("application/pdf")),
            (b"MZ\x90\0", "photo.jpg", None),
            (b"\x7fELF\x02\x01\x01", "notes.txt", None),
            (b"II*\0....", "a.tiff", None),
            (b"8BPS\0\x01", "a.psd", None),
            (b"\0\0\x01\0\x01\0", "a.ico", None),
            (b"hello", "a.txt", Some("text/plain")),
            (b"a;b", "a.csv", Some("text/csv")),
            (b"<svg onload=alert(1)>", "a.svg", Some(OPAQUE)),
            (b"<html><script>", "a.html", Some(OPAQUE)),
            (b"alert(1)", "a.js", Some(OPAQUE)),
            (b"BMW sells cars", "a.txt", Some("text/plain")),
            (b"\x01\x02\x03\x04\x05", "a.txt", None),
            (b"a\0b", "a.txt", None),
        ] {
            let found = inspect(head, name, false).map(|content| content.mime);
            assert_eq!(found, want, "{name}");
        }
        let other = inspect(b"MZ\x90\0", "a.exe", true);
        assert_eq!(other, Some(plain(FileKind::Document, OPAQUE)));
    }
}

//! Files: choosing and uploading them, how they look in messages, the full view of pictures.

pub mod audio;
pub mod blurhash;
pub mod drop;
pub mod lightbox;
pub mod picture_field;
pub mod shown;
pub mod tray;
pub mod uploads;

pub use picture_field::PictureField;

use crate::i18n::{Key, number, tf};
use shared::files::{FileHint, FileKind};

/// A size for people: `12 KB`, `3.4 MB`.
#[must_use]
pub fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => tf(Key::FilesBytes, &[("n", &number(bytes.max(0)))]),
        1_000..1_000_000 => tf(Key::FilesKilobytes, &[("n", &number(bytes / 1_000))]),
        _ => {
            let tenths = bytes / 100_000;
            let n = match (tenths / 10, tenths % 10) {
                (whole, 0) => number(whole),
                (whole, tenth) if whole < 100 => format!("{}.{tenth}", number(whole)),
                (whole, _) => number(whole),
            };
            tf(Key::FilesMegabytes, &[("n", &n)])
        }
    }
}

/// What stands for a message without a text: "Picture", or the file's name.
#[must_use]
pub fn hint(file: &FileHint) -> String {
    match file.kind {
        FileKind::Image => crate::i18n::tr(Key::FilesKindImage).to_owned(),
        _ => file.name.clone(),
    }
}

/// The text of a message in brief, or what stands for it.
#[must_use]
pub fn brief(message: &shared::chat::Message, length: usize) -> String {
    let text = shared::markdown::plain(message.words(), length);
    if let Some(sticker) = &message.sticker {
        return tf(Key::StickersOne, &[("name", &sticker.name)]);
    }
    match message.attachments.first() {
        Some(file) if text.is_empty() => {
            hint(&FileHint { kind: file.kind, name: file.name.clone() })
        }
        _ => text,
    }
}

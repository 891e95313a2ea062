//! The files of a message in the list. Made by hand and once: nothing in them is reactive. Their height is
//! known before anything is loaded, so the list never moves.

use super::blurhash::average;
use super::tray::icon;
use crate::i18n::{Key, lang_untracked, tf};
use crate::ui::Icon;
use crate::ui::dom::{self, add, number, px, set};
use shared::files::{Attachment, FileKind};
use shared::text::text;
use web_sys::Element;

/// The largest box of a single picture or video, in pixels.
const WIDEST: f64 = 400.0;
const HIGHEST: f64 = 320.0;
/// The width of several pictures together.
const GRID: f64 = 400.0;
/// Between two files.
const GAP: f64 = 4.0;
/// Heights of a sound and of a card, margins included.
const SOUND: f64 = 60.0;
const CARD: f64 = 60.0;

/// The size at which one picture or video is shown in a column of this width, in pixels.
fn boxed(file: &Attachment, width: f64) -> (f64, f64) {
    let (w, h) = match (file.width, file.height) {
        (Some(w), Some(h)) if w > 0 && h > 0 => (f64::from(w), f64::from(h)),
        _ => (16.0, 9.0),
    };
    // Tiny ones are not blown up, but stay something to press.
    let natural = if file.kind == FileKind::Video { WIDEST } else { w.max(48.0) };
    let scale = (WIDEST.min(width).min(natural) / w).min(HIGHEST / h);
    ((w * scale).max(48.0), (h * scale).max(32.0))
}

fn is_picture(file: &&Attachment) -> bool {
    file.kind == FileKind::Image
}

const fn columns(count: usize) -> usize {
    match count {
        2 | 4 => 2,
        _ => 3,
    }
}

/// A guess at the height of a message's files, for a text column of this width. Exact but for fonts.
#[must_use]
pub fn height(files: &[Attachment], width: f64) -> f64 {
    if files.is_empty() {
        return 0.0;
    }
    let pictures: Vec<&Attachment> = files.iter().filter(is_picture).collect();
    let mut sum = match pictures[..] {
        [] => 0.0,
        [one] => boxed(one, width).1 + GAP,
        _ => {
            let columns = columns(pictures.len());
            let cell = (GRID.min(width) - GAP * (columns as f64 - 1.0)) / columns as f64;
            pictures.len().div_ceil(columns) as f64 * (cell + GAP)
        }
    };
    for file in files {
        sum += match file.kind {
            FileKind::Image => 0.0,
            FileKind::Video => boxed(file, width).1 + GAP,
            FileKind::Audio => SOUND,
            FileKind::Document => CARD,
        };
    }
    sum + GAP
}

/// Fills an element with a message's files.
pub fn fill(parent: &Element, files: &[Attachment]) {
    let pictures: Vec<&Attachment> = files.iter().filter(is_picture).collect();
    match pictures[..] {
        [] => {}
        [one] => picture(parent, one, true),
        _ => add(parent, "div", "files__grid", |grid| {
            dom::style(grid, "--columns", &columns(pictures.len()).to_string());
            for file in &pictures {
                picture(grid, file, false);
            }
        }),
    }
    for file in files {
        match file.kind {
            FileKind::Image => {}
            FileKind::Video => video(parent, file),
            FileKind::Audio => sound(parent, file),
            FileKind::Document => card(parent, file),
        }
    }
}

fn ratio(element: &Element, file: &Attachment) {
    let (width, height) = boxed(file, WIDEST);
    dom::style(element, "--width", &px(width.round()));
    let [width, height] = [width, height].map(|edge| number((edge * 100.0).round() / 100.0));
    dom::style(element, "aspect-ratio", &format!("{width} / {height}"));
}

fn picture(parent: &Element, file: &Attachment, alone: bool) {
    add(parent, "button", "files__picture", |button| {
        set(button, "type", "button");
        set(button, "data-act", "picture");
        set(button, "data-file", &file.id.to_string());
        let label = text(lang_untracked(), Key::FilesOpenPicture);
        set(button, "aria-label", &shared::text::fill(label, &[("name", &file.name)]));
        if alone {
            ratio(button, file);
        }
        if let Some(color) = file.blurhash.as_deref().and_then(average) {
            dom::style(button, "background-color", &color);
        }
        add(button, "img", "", |img| {
            // What moves is shown as it is, unless the person wants no motion.
            let still = file.thumbnail_url.as_ref().filter(|_| !file.animated || wants_calm());
            set(img, "alt", "");
            set(img, "decoding", "async");
            set(img, "loading", "lazy");
            set(img, "draggable", "false");
            set(img, "src", still.unwrap_or(&file.url));
        });
    });
}

fn wants_calm() -> bool {
    let root = leptos::prelude::document().document_element();
    let chosen = root.and_then(|root| root.get_attribute("data-motion"));
    let query = leptos::prelude::window().match_media("(prefers-reduced-motion: reduce)");
    chosen.as_deref() == Some("reduced") || query.ok().flatten().is_some_and(|q| q.matches())
}

fn video(parent: &Element, file: &Attachment) {
    add(parent, "video", "files__video", |video| {
        set(video, "controls", "");
        set(video, "preload", "metadata");
        set(video, "playsinline", "");
        set(video, "aria-label", &file.name);
        set(video, "src", &file.url);
        ratio(video, file);
    });
}

/// A sound: [`super::audio`] plays it.
fn sound(parent: &Element, file: &Attachment) {
    let say = |key| text(lang_untracked(), key);
    add(parent, "div", "sound", |sound| {
        set(sound, "data-sound", &file.id.to_string());
        set(sound, "role", "group");
        set(sound, "aria-label", &file.name);
        set(sound, "data-url", &file.url);
        set(sound, "data-size", &file.size.to_string());
        add(sound, "button", "sound__play", |button| {
            set(button, "type", "button");
            set(button, "data-act", "sound-play");
            set(button, "aria-label", say(Key::FilesPlay));
            dom::icon(button, Icon::Play, 20);
            dom::icon(button, Icon::Pause, 20);
        });
        add(sound, "div", "sound__middle", |middle| {
            add(middle, "span", "sound__name", |name| dom::text(name, &file.name));
            add(middle, "div", "sound__track", |track| {
                add(track, "input", "sound__seek", |seek| {
                    for (name, value) in [
                        ("type", "range"),
                        ("min", "0"),
                        ("max", "1000"),
                        ("value", "0"),
                        ("step", "1"),
                    ] {
                        set(seek, name, value);
                    }
                    set(seek, "aria-label", say(Key::FilesSeek));
                });
            });
        });
        add(sound, "span", "sound__time", |time| {
            let length = file.duration_ms.map(|ms| super::audio::clock(ms as f64 / 1000.0));
            dom::text(time, &length.unwrap_or_default());
        });
        add(sound, "button", "sound__speed", |speed| {
            set(speed, "type", "button");
            set(speed, "data-act", "sound-speed");
            set(speed, "aria-label", say(Key::FilesSpeed));
            dom::text(speed, "1×");
        });
        download(sound, file);
    });
}

fn card(parent: &Element, file: &Attachment) {
    add(parent, "div", "file-card", |card| {
        add(card, "span", "file-card__icon", |face| dom::icon(face, icon(file.kind), 24));
        add(card, "span", "file-card__text", |words| {
            add(words, "span", "file-card__name", |name| dom::text(name, &file.name));
            add(words, "span", "file-card__size", |size| dom::text(size, &super::size(file.size)));
        });
        download(card, file);
    });
}

fn download(parent: &Element, file: &Attachment) {
    add(parent, "a", "icon-button icon-button--small", |link| {
        set(link, "href", &format!("{}?download=true", file.url));
        set(link, "download", &file.name);
        let label = tf(Key::FilesDownload, &[("name", &file.name)]);
        set(link, "aria-label", &label);
        set(link, "data-tip", &label);
        dom::icon(link, Icon::Download, 18);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::FileId;

    fn file(kind: FileKind, size: Option<(i32, i32)>) -> Attachment {
        Attachment {
            id: FileId::new(),
            kind,
            name: "a".into(),
            mime: String::new(),
            size: 1,
            width: size.map(|size| size.0),
            height: size.map(|size| size.1),
            blurhash: None,
            duration_ms: None,
            animated: false,
            url: String::new(),
            thumbnail_url: None,
        }
    }

    #[test]
    fn boxes_keep_their_shape_within_the_limits() {
        for (given, width, want) in [
            ((4000, 3000), 900.0, (400.0, 300.0)),
            ((3000, 4000), 900.0, (240.0, 320.0)),
            ((4000, 3000), 200.0, (200.0, 150.0)),
            ((100, 50), 900.0, (100.0, 50.0)),
            ((10, 10), 900.0, (48.0, 48.0)),
        ] {
            assert_eq!(boxed(&file(FileKind::Image, Some(given)), width), want, "{given:?}");
        }
        assert_eq!(boxed(&file(FileKind::Video, None), 900.0), (400.0, 225.0));
    }

    #[test]
    fn heights_add_up() {
        let picture = || file(FileKind::Image, Some((400, 200)));
        assert!((height(&[], 500.0) - 0.0).abs() < 0.1);
        assert!((height(&[picture()], 500.0) - 208.0).abs() < 0.1);
        // Two rows of two.
        let four: Vec<_> = (0..4).map(|_| picture()).collect();
        assert!((height(&four, 500.0) - (2.0 * 202.0 + 4.0)).abs() < 0.1);
        let mixed = [file(FileKind::Audio, None), file(FileKind::Document, None)];
        assert!((height(&mixed, 500.0) - 124.0).abs() < 0.1);
    }
}

//! Length and size of sounds and videos, where their containers say it.

use nom_exif::{MediaParser, MediaSource, TrackInfoTag};
use std::io::{Read, Seek};

/// See the module; whatever is not said is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
}

/// Sizes beyond this are not believed, in pixels.
const MAX_EDGE: u32 = 16_384;
/// Lengths beyond this are not believed: a week.
const MAX_DURATION_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// Reads MP4, MOV and WebM; of anything else nothing is known.
#[must_use]
pub fn read(file: impl Read + Seek) -> Media {
    let Ok(source) = MediaSource::seekable(file) else { return Media::default() };
    let Ok(track) = MediaParser::new().parse_track(source) else { return Media::default() };
    let edge = |tag| {
        let edge = track.get(tag).and_then(|value| value.as_u32());
        edge.filter(|edge| (1..=MAX_EDGE).contains(edge)).and_then(|edge| i32::try_from(edge).ok())
    };
    let (width, height) = (edge(TrackInfoTag::Width), edge(TrackInfoTag::Height));
    let duration = track.get(TrackInfoTag::DurationMs).and_then(|value| value.as_u64());
    Media {
        width: width.filter(|_| height.is_some()),
        height: height.filter(|_| width.is_some()),
        duration_ms: duration
            .filter(|ms| (1..=MAX_DURATION_MS).contains(ms))
            .and_then(|ms| i64::try_from(ms).ok()),
    }
}

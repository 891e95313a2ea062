//! Pictures that move, frame by frame.

use super::damaged;
use crate::error::{ApiError, ApiResult};
use bytes::Bytes;
use image::ImageError;
use image::error::{DecodingError, ImageFormatHint};
use img_parts::webp::WebP;
use shared::error::ErrorCode;
use std::io::Cursor;

/// Frames of one picture.
const MAX_FRAMES: u64 = 1_500;
/// Pixels of all frames together are at most so many times the pixels of a still picture.
const MAX_TOTAL: u64 = 8;

fn too_complex() -> ApiError {
    ApiError::new(ErrorCode::FileTooComplex)
}

fn unreadable<T>(_: T) -> ApiError {
    damaged(ImageError::Decoding(DecodingError::from_format_hint(ImageFormatHint::Unknown)))
}

/// The same frames in a new file, and how many there are.
pub fn renew_gif(bytes: &[u8], max_pixels: u64) -> ApiResult<(Vec<u8>, u64)> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(unreadable)?;
    let (width, height) = (decoder.width(), decoder.height());
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut out = Vec::with_capacity(bytes.len());
    let (mut frames, mut total) = (0_u64, 0_u64);
    {
        let mut encoder =
            gif::Encoder::new(&mut out, width, height, &palette).map_err(unreadable)?;
        let mut is_repeating = false;
        while let Some(frame) = decoder.read_next_frame().map_err(unreadable)? {
            frames += 1;
            total += u64::from(frame.width) * u64::from(frame.height);
            if frames > MAX_FRAMES || total > max_pixels.saturating_mul(MAX_TOTAL) {
                return Err(too_complex());
            }
            let frame = frame.clone();
            if !is_repeating {
                is_repeating = true;
                encoder.set_repeat(decoder.repeat()).map_err(unreadable)?;
            }
            encoder.write_frame(&frame).map_err(unreadable)?;
        }
    }
    if frames == 0 {
        return Err(unreadable(()));
    }
    Ok((out, frames))
}

/// Whether a WebP moves.
pub fn is_animated_webp(bytes: &[u8]) -> bool {
    webp::BitstreamFeatures::new(bytes).is_some_and(|features| features.has_animation())
}

const KEPT: [[u8; 4]; 7] = [*b"VP8X", *b"ICCP", *b"ANIM", *b"ANMF", *b"ALPH", *b"VP8 ", *b"VP8L"];
/// Bits of VP8X that promise the chunks left out: XMP and EXIF.
const PROMISES: u8 = 0b0000_1100;

/// The same picture without anything that is not one.
pub fn strip_webp(bytes: &[u8], max_pixels: u64) -> ApiResult<Vec<u8>> {
    let mut webp = WebP::from_bytes(Bytes::copy_from_slice(bytes)).map_err(unreadable)?;
    let frames = webp.chunks().iter().filter(|chunk| chunk.id() == *b"ANMF").count() as u64;
    let (width, height) = webp.dimensions().unwrap_or((0, 0));
    let total = u64::from(width) * u64::from(height) * frames;
    if frames > MAX_FRAMES || total > max_pixels.saturating_mul(MAX_TOTAL) {
        return Err(too_complex());
    }
    let chunks = webp.chunks_mut();
    chunks.retain(|chunk| KEPT.contains(&chunk.id()));
    for chunk in chunks.iter_mut().filter(|chunk| chunk.id() == *b"VP8X") {
        let mut head = chunk.content().data().map(|data| data.to_vec()).unwrap_or_default();
        if let Some(flags) = head.first_mut() {
            *flags &= !PROMISES;
        }
        *chunk = img_parts::riff::RiffChunk::new(
            *b"VP8X",
            img_parts::riff::RiffContent::Data(Bytes::from(head)),
        );
    }
    Ok(webp.encoder().bytes().to_vec())
}

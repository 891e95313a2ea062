//! Pictures are decoded and written anew: what is not picture (places, cameras, scripts behind the
//! end) stays behind. Turned ones are put upright; what moves goes on moving.

mod animation;

use crate::error::{ApiError, ApiResult};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder as _, ImageError, ImageFormat, ImageReader, Limits,
};
use shared::error::ErrorCode;
use std::io::Cursor;

/// The longest edge of the smaller picture, in pixels: twice what a message shows.
const THUMBNAIL: u32 = 800;
/// Pictures up to this many bytes and the edge above are their own thumbnail.
const SMALL: usize = 200_000;
/// The longest edge of a picture, in pixels.
const MAX_EDGE: u32 = 16_384;
/// The most bytes of a sticker or emoji that moves.
const MOVING: usize = 2_000_000;
const JPEG_QUALITY: u8 = 88;
const WEBP_QUALITY: f32 = 84.0;
const THUMBNAIL_QUALITY: f32 = 76.0;
/// Colour profiles larger than this are no profiles.
const MAX_PROFILE: usize = 1_000_000;

/// A picture ready to be stored.
#[derive(Debug)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    pub width: u32,
    pub height: u32,
    pub animated: bool,
    pub blurhash: Option<String>,
    pub thumbnail: Option<Vec<u8>>,
}

/// What an upload is made into when it stands for a person, a space or a sticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Exactly so large, what does not fit is cut off at the sides; still.
    Cover { width: u32, height: u32 },
    /// Within a square of this edge; moves if it did.
    Within(u32),
    /// The same, and still.
    Still(u32),
}

impl Shape {
    pub const AVATAR: Self = Self::Cover { width: 400, height: 400 };
    pub const BANNER: Self = Self::Cover { width: 1200, height: 400 };
    pub const STICKER: Self = Self::Within(512);
    pub const PREVIEW: Self = Self::Still(800);
}

fn damaged(error: ImageError) -> ApiError {
    let code = match error {
        ImageError::Limits(_) => ErrorCode::FileTooComplex,
        _ => ErrorCode::FileDamaged,
    };
    ApiError::new(code)
}

/// A decoded picture, upright, and the profile of its colours.
struct Decoded {
    image: DynamicImage,
    profile: Option<Vec<u8>>,
    is_turned: bool,
}

fn decode(bytes: &[u8], format: ImageFormat, max_pixels: u64) -> ApiResult<Decoded> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_EDGE);
    limits.max_image_height = Some(MAX_EDGE);
    limits.max_alloc = Some(max_pixels.saturating_mul(8) + 64 * 1024 * 1024);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(ApiError::new(ErrorCode::FileDamaged));
    }
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(ApiError::new(ErrorCode::FileTooComplex));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(orientation);
    Ok(Decoded {
        image,
        profile: profile.filter(|profile| profile.len() <= MAX_PROFILE),
        is_turned: orientation != image::metadata::Orientation::NoTransforms,
    })
}

/// Makes a picture anew in its own format. Blocks: run it off the workers.
///
/// # Errors
/// `file_damaged`, `file_too_complex`.
pub fn renew(bytes: &[u8], format: ImageFormat, max_pixels: u64) -> ApiResult<Picture> {
    let decoded = decode(bytes, format, max_pixels)?;
    let (mut fresh, mime, animated) = match format {
        ImageFormat::Gif => {
            let (fresh, frames) = animation::renew_gif(bytes, max_pixels)?;
            (fresh, "image/gif", frames > 1)
        }
        ImageFormat::WebP if animation::is_animated_webp(bytes) => {
            (animation::strip_webp(bytes, max_pixels)?, "image/webp", true)
        }
        ImageFormat::WebP => (webp_as(bytes, &decoded)?, "image/webp", false),
        ImageFormat::Png => (png(&decoded)?, "image/png", false),
        _ => (jpeg(&decoded)?, "image/jpeg", false),
    };
    fresh.shrink_to_fit();
    let (width, height) = (decoded.image.width(), decoded.image.height());
    let is_small = width.max(height) <= THUMBNAIL && fresh.len() <= SMALL && !animated;
    let small = decoded.image.thumbnail(THUMBNAIL.min(width), THUMBNAIL.min(height));
    let thumbnail = if is_small { None } else { Some(webp(&small, THUMBNAIL_QUALITY)?) };
    Ok(Picture {
        blurhash: blurhash(&small),
        thumbnail,
        bytes: fresh,
        mime,
        width,
        height,
        animated,
    })
}

/// Makes a picture of a shape. Blocks: run it off the workers.
///
/// # Errors
/// `file_damaged`, `file_too_complex`.
pub fn shape(
    bytes: &[u8],
    format: ImageFormat,
    max_pixels: u64,
    shape: Shape,
) -> ApiResult<Picture> {
    let decoded = decode(bytes, format, max_pixels)?;
    let image = &decoded.image;
    let filter = image::imageops::FilterType::CatmullRom;
    let moves = matches!(format, ImageFormat::Gif | ImageFormat::WebP);
    let fresh = match shape {
        Shape::Cover { width, height } => {
            middle(image, width, height).resize_exact(width, height, filter)
        }
        Shape::Within(edge) | Shape::Still(edge) => {
            if moves && matches!(shape, Shape::Within(_)) {
                let picture = renew(bytes, format, max_pixels)?;
                if picture.animated {
                    // Frames are not made smaller: what moves must come small.
                    if picture.width.max(picture.height) > edge || picture.bytes.len() > MOVING {
                        return Err(ApiError::new(ErrorCode::FileTooComplex));
                    }
                    return Ok(Picture { thumbnail: None, ..picture });
                }
            }
            match image.width().max(image.height()) > edge {
                true => image.resize(edge, edge, filter),
                false => image.clone(),
            }
        }
    };
    Ok(Picture {
        bytes: webp(&fresh, WEBP_QUALITY)?,
        mime: "image/webp",
        width: fresh.width(),
        height: fresh.height(),
        animated: false,
        blurhash: blurhash(&fresh),
        thumbnail: None,
    })
}

/// The largest part of this form, from the middle. Cut out before its size changes: a line of pixels that is
/// made to cover a square first takes gigabytes.
fn middle(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (w, h) = (u64::from(image.width()), u64::from(image.height()));
    let (wanted, high) = (u64::from(width), u64::from(height));
    let (part_w, part_h) = match w * high > h * wanted {
        true => ((h * wanted / high).max(1), h),
        false => (w, (w * high / wanted).max(1)),
    };
    // Neither is larger than before.
    let small = |edge: u64| u32::try_from(edge).unwrap_or(u32::MAX);
    let (left, top) = ((w - part_w) / 2, (h - part_h) / 2);
    image.crop_imm(small(left), small(top), small(part_w), small(part_h))
}

fn jpeg(decoded: &Decoded) -> ApiResult<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
    if let Some(profile) = &decoded.profile {
        // Formats without a place for it lose it.
        drop(encoder.set_icc_profile(profile.clone()));
    }
    let image = match &decoded.image {
        gray @ (DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_)) => {
            gray.write_with_encoder(encoder)
        }
        other => DynamicImage::ImageRgb8(other.to_rgb8()).write_with_encoder(encoder),
    };
    image.map_err(ApiError::internal)?;
    Ok(out)
}

fn png(decoded: &Decoded) -> ApiResult<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new(&mut out);
    if let Some(profile) = &decoded.profile {
        drop(encoder.set_icc_profile(profile.clone()));
    }
    decoded.image.write_with_encoder(encoder).map_err(ApiError::internal)?;
    Ok(out)
}

/// A still WebP as it was: without loss when it had none.
fn webp_as(bytes: &[u8], decoded: &Decoded) -> ApiResult<Vec<u8>> {
    let features = webp::BitstreamFeatures::new(bytes);
    let is_lossless = features
        .is_some_and(|features| matches!(features.format(), Some(webp::BitstreamFormat::Lossless)));
    if !is_lossless && !decoded.is_turned {
        // The pixels stay as they are: only what is beside them goes.
        return animation::strip_webp(bytes, u64::MAX);
    }
    let rgba = decoded.image.to_rgba8();
    let encoder = webp::Encoder::from_rgba(rgba.as_raw(), rgba.width(), rgba.height());
    encode(&encoder, is_lossless, WEBP_QUALITY)
}

fn webp(image: &DynamicImage, quality: f32) -> ApiResult<Vec<u8>> {
    if image.color().has_alpha() {
        let rgba = image.to_rgba8();
        let encoder = webp::Encoder::from_rgba(rgba.as_raw(), rgba.width(), rgba.height());
        return encode(&encoder, false, quality);
    }
    let rgb = image.to_rgb8();
    let encoder = webp::Encoder::from_rgb(rgb.as_raw(), rgb.width(), rgb.height());
    encode(&encoder, false, quality)
}

fn encode(encoder: &webp::Encoder<'_>, is_lossless: bool, quality: f32) -> ApiResult<Vec<u8>> {
    let encoded = encoder.encode_simple(is_lossless, quality);
    let encoded =
        encoded.map_err(|error| ApiError::internal(anyhow::anyhow!("encoding WebP: {error:?}")))?;
    Ok(encoded.to_vec())
}

fn blurhash(image: &DynamicImage) -> Option<String> {
    let tiny = image.thumbnail(32, 32).to_rgba8();
    let (x, y) = if tiny.width() >= tiny.height() { (4, 3) } else { (3, 4) };
    blurhash::encode(x, y, tiny.width(), tiny.height(), tiny.as_raw()).ok()
}

#[cfg(test)]
mod tests;

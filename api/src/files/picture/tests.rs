use super::*;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

const PIXELS: u64 = 4_000_000;

fn sample(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 128]))
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG with an Exif block that says "turn me by 90°" and where it was taken.
fn turned() -> Vec<u8> {
    let plain = written(&sample(64, 32).into(), ImageFormat::Jpeg);
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    tiff.extend(b"\x01\x0f\0\x02\0\0\0\x10\0\0\0\x26\0\0\0\0");
    tiff.extend(b"Secret street 5\0");
    let mut out = plain[..2].to_vec();
    out.extend([0xFF, 0xE1]);
    out.extend(u16::try_from(tiff.len() + 2).unwrap().to_be_bytes());
    out.extend(tiff);
    out.extend(&plain[2..]);
    out
}

#[test]
fn metadata_goes_and_the_picture_stands_upright() {
    let given = turned();
    assert!(given.windows(6).any(|bytes| bytes == b"Secret"));
    let picture = renew(&given, ImageFormat::Jpeg, PIXELS).unwrap();
    assert_eq!((picture.width, picture.height), (32, 64));
    assert!(!picture.bytes.windows(6).any(|bytes| bytes == b"Secret"));
    assert!(!picture.bytes.windows(4).any(|bytes| bytes == b"Exif"));
    assert_eq!(picture.mime, "image/jpeg");
    assert!(picture.blurhash.is_some_and(|hash| hash.len() > 6));
}

#[test]
fn every_format_stays_itself_and_loses_what_is_behind_its_end() {
    let alpha = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8, y as u8, 9, (x * 6) as u8]));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let image = match format {
            ImageFormat::Jpeg => sample(40, 30).into(),
            _ => DynamicImage::from(alpha.clone()),
        };
        let mut given = written(&image, format);
        if format != ImageFormat::WebP {
            given.extend(b"<script>alert(1)</script>");
        }
        let picture = renew(&given, format, PIXELS).unwrap();
        assert_eq!(image::guess_format(&picture.bytes).unwrap(), format);
        assert!(!picture.bytes.windows(7).any(|bytes| bytes == b"<script"), "{format:?}");
        assert_eq!((picture.width, picture.height, picture.animated), (40, 30, false));
        assert!(picture.thumbnail.is_none());
    }
}

#[test]
fn large_pictures_get_a_thumbnail() {
    let given = written(&sample(1600, 900).into(), ImageFormat::Png);
    let picture = renew(&given, ImageFormat::Png, PIXELS).unwrap();
    let thumbnail = picture.thumbnail.unwrap();
    let small = image::load_from_memory_with_format(&thumbnail, ImageFormat::WebP).unwrap();
    assert_eq!((small.width(), small.height()), (800, 450));
    assert!(thumbnail.len() < picture.bytes.len());
}

fn moving(frames: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, 8, 8, &[0, 0, 0, 255, 0, 0]).unwrap();
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    for at in 0..frames {
        let buffer = vec![u8::try_from(at % 2).unwrap(); 64];
        let mut frame = gif::Frame { width: 8, height: 8, ..gif::Frame::default() };
        frame.buffer = buffer.into();
        frame.delay = 7;
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    out
}

#[test]
fn what_moves_goes_on_moving() {
    let picture = renew(&moving(5), ImageFormat::Gif, PIXELS).unwrap();
    assert!(picture.animated);
    let mut decoder = gif::DecodeOptions::new().read_info(Cursor::new(&picture.bytes)).unwrap();
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        delays.push(frame.delay);
    }
    assert_eq!(delays, [7; 5]);
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    assert!(picture.thumbnail.is_some(), "a still for who wants no motion");
}

fn verdict(bytes: &[u8], format: ImageFormat) -> Option<ErrorCode> {
    renew(bytes, format, PIXELS).err().map(|error| error.code)
}

#[test]
fn bombs_and_wrecks_are_refused() {
    assert_eq!(verdict(&moving(1_501), ImageFormat::Gif), Some(ErrorCode::FileTooComplex));
    // 65,535 x 65,535 in a few bytes.
    let mut head = written(&sample(4, 4).into(), ImageFormat::Png);
    head[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    assert!(verdict(&head, ImageFormat::Png).is_some());
    let large = written(&sample(2_100, 2_000).into(), ImageFormat::Jpeg);
    assert_eq!(verdict(&large, ImageFormat::Jpeg), Some(ErrorCode::FileTooComplex));
    let whole = written(&sample(300, 300).into(), ImageFormat::Png);
    assert_eq!(verdict(&whole[..whole.len() / 2], ImageFormat::Png), Some(ErrorCode::FileDamaged));
    assert_eq!(verdict(b"GIF89a", ImageFormat::Gif), Some(ErrorCode::FileDamaged));
    assert_eq!(verdict(b"RIFF\x04\0\0\0WEBP", ImageFormat::WebP), Some(ErrorCode::FileDamaged));
}

#[test]
fn shapes() {
    let given = written(&sample(300, 200).into(), ImageFormat::Png);
    let avatar = shape(&given, ImageFormat::Png, PIXELS, Shape::AVATAR).unwrap();
    assert_eq!((avatar.width, avatar.height, avatar.mime), (400, 400, "image/webp"));
    let sticker = shape(&given, ImageFormat::Png, PIXELS, Shape::Within(150)).unwrap();
    assert_eq!((sticker.width, sticker.height), (150, 100));
    let three = moving(3);
    let moves = shape(&three, ImageFormat::Gif, PIXELS, Shape::STICKER).unwrap();
    assert!(moves.animated);
    // Frames are not made smaller: they must fit.
    let tiny = shape(&three, ImageFormat::Gif, PIXELS, Shape::Within(2));
    assert_eq!(tiny.err().map(|error| error.code), Some(ErrorCode::FileTooComplex));
}

/// Made to cover a square before it is cut, a line of these would have billions of pixels.
#[test]
fn a_line_of_pixels_is_no_bomb() {
    for (width, height) in [(16_384, 1), (1, 16_384)] {
        let given = written(&sample(width, height).into(), ImageFormat::Png);
        for form in [Shape::AVATAR, Shape::BANNER] {
            let Shape::Cover { width, height } = form else { unreachable!() };
            let picture = shape(&given, ImageFormat::Png, PIXELS, form).unwrap();
            assert_eq!((picture.width, picture.height), (width, height));
        }
        let sticker = shape(&given, ImageFormat::Png, PIXELS, Shape::STICKER).unwrap();
        assert_eq!(sticker.width.max(sticker.height), 512);
        assert_eq!(sticker.width.min(sticker.height), 1);
        assert!(renew(&given, ImageFormat::Png, PIXELS).is_ok());
    }
}

#[test]
fn what_is_cut_off_is_at_both_sides() {
    let mut image = sample(300, 100);
    for y in 0..100 {
        for x in 100..200 {
            image.put_pixel(x, y, Rgb([250, 0, 0]));
        }
    }
    let cut = middle(&image.into(), 400, 400);
    assert_eq!((cut.width(), cut.height()), (100, 100));
    assert!(cut.to_rgb8().pixels().all(|pixel| pixel.0 == [250, 0, 0]));
}

//! Pictures made to fit: sides, bytes, formats, transparency.

use ::image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use mediary_core::{FailureKind, MediaFormat};

use super::super::resize::sharp;
use super::super::{Fit, ImageLimits, is_animated, open};
use super::{assert_failure, encode, mean_difference, media, pattern};

const FIT: Fit =
    Fit { longest_side_px: 4096, max_bytes: None, quality: 85, least_quality: 60, shrink: 0.75, steps: 8, png: false };

fn fitted(format: MediaFormat, bytes: &[u8], fit: Fit) -> Result<(MediaFormat, u32, u32, u64), mediary_core::Failure> {
    let media = open(&media(format, bytes), &ImageLimits::default())?.fitted(0, &fit)?;
    let picture = ::image::load_from_memory(&media.blob.read_all().unwrap()).unwrap();
    Ok((media.format, picture.width(), picture.height(), media.blob.len_bytes()))
}

#[test]
fn the_longer_side_is_held_and_the_shape_is_kept() {
    let rows = [
        ((300, 100), 4096, (300, 100)),
        ((300, 100), 150, (150, 50)),
        ((90, 400), 100, (23, 100)),
        ((500, 1), 50, (50, 1)),
    ];
    for ((width, height), longest_side_px, expected) in rows {
        let png = encode(&pattern(width, height).into(), ImageFormat::Png);
        let (format, width, height, _) = fitted(MediaFormat::Png, &png, Fit { longest_side_px, ..FIT }).unwrap();
        assert_eq!((format, width, height), (MediaFormat::Jpeg, expected.0, expected.1));
    }
}

#[test]
fn every_format_becomes_one_that_everybody_reads() {
    let picture: DynamicImage = pattern(64, 48).into();
    let rows = [
        (MediaFormat::Tiff, ImageFormat::Tiff),
        (MediaFormat::Bmp, ImageFormat::Bmp),
        (MediaFormat::Gif, ImageFormat::Gif),
        (MediaFormat::Webp, ImageFormat::WebP),
        (MediaFormat::Png, ImageFormat::Png),
        (MediaFormat::Jpeg, ImageFormat::Jpeg),
    ];
    for (format, written) in rows {
        let (became, width, height, _) = fitted(format, &encode(&picture, written), FIT).unwrap();
        assert_eq!((became, width, height), (MediaFormat::Jpeg, 64, 48), "{format}");
    }
}

#[test]
fn a_jpeg_that_shrinks_is_decoded_with_fewer_pixels_and_looks_the_same() {
    let soft = RgbImage::from_fn(400, 200, |x, y| {
        let wave = |by: f32| (127.0 + 120.0 * (x as f32 / by).sin() * (y as f32 / by).cos()) as u8;
        Rgb([wave(17.0), wave(29.0), wave(41.0)])
    });
    let grey = DynamicImage::from(soft.clone()).into_luma8();
    let files = [encode(&soft.into(), ImageFormat::Jpeg), encode(&grey.into(), ImageFormat::Jpeg)];
    let rows = [(400, (400, 200)), (200, (200, 100)), (150, (200, 100)), (100, (100, 50)), (1, (50, 25))];
    for file in files {
        let pictures = open(&media(MediaFormat::Jpeg, &file), &ImageLimits::default()).unwrap();
        let whole = pictures.decode(0).unwrap();
        for (longest_px, size) in rows {
            let small = pictures.decode_for(0, longest_px).unwrap();
            assert_eq!((small.width(), small.height()), size, "for {longest_px} pixels");
            let expected = sharp(&whole, size.0, size.1).unwrap();
            let difference = mean_difference(small.bgr(), expected.bgr());
            assert!(difference < 4.0, "{difference} on average for {longest_px} pixels");
        }
        let cut = fitted(MediaFormat::Jpeg, &file[..file.len() / 2], Fit { longest_side_px: 60, ..FIT });
        assert_failure(cut, &FailureKind::Unreadable, &[], "half a file");
    }
}

#[test]
fn a_jpeg_of_any_size_is_decoded_with_fewer_pixels() {
    // The last pixels of a row or column may stand for fewer than the others.
    let file = encode(&pattern(401, 203).into(), ImageFormat::Jpeg);
    let pictures = open(&media(MediaFormat::Jpeg, &file), &ImageLimits::default()).unwrap();
    for (longest_px, size) in [(401, (401, 203)), (201, (201, 102)), (101, (101, 51)), (51, (51, 26))] {
        let small = pictures.decode_for(0, longest_px).unwrap();
        assert_eq!((small.width(), small.height()), size, "for {longest_px} pixels");
    }
}

#[test]
fn what_cannot_be_decoded_small_is_decoded_whole() {
    let (mut inks, picture) = (Vec::new(), vec![90; 64 * 48 * 4]);
    jpeg_encoder::Encoder::new(&mut inks, 90).encode(&picture, 64, 48, jpeg_encoder::ColorType::Cmyk).unwrap();
    let pictures = open(&media(MediaFormat::Jpeg, &inks), &ImageLimits::default()).unwrap();
    let raster = pictures.decode_for(0, 16).unwrap();
    assert_eq!((raster.width(), raster.height()), (64, 48));
    let (format, width, height, _) = fitted(MediaFormat::Jpeg, &inks, Fit { longest_side_px: 16, ..FIT }).unwrap();
    assert_eq!((format, width, height), (MediaFormat::Jpeg, 16, 12));
}

#[test]
fn bytes_are_won_by_quality_first_and_by_size_after_that() {
    let png = encode(&pattern(600, 400).into(), ImageFormat::Png);
    let (.., whole) = fitted(MediaFormat::Png, &png, FIT).unwrap();
    for share in [0.9, 0.5, 0.2, 0.05] {
        let most = (whole as f64 * share) as u64;
        let (_, width, _, bytes) = fitted(MediaFormat::Png, &png, Fit { max_bytes: Some(most), ..FIT }).unwrap();
        assert!(bytes <= most, "{bytes} bytes are more than {most}");
        assert_eq!(width < 600, share < 0.6, "at {share} of the bytes it is {width} pixels wide");
    }
}

#[test]
fn what_cannot_be_made_small_enough_is_refused() {
    let png = encode(&pattern(600, 400).into(), ImageFormat::Png);
    let refused = fitted(MediaFormat::Png, &png, Fit { max_bytes: Some(100), ..FIT });
    assert_failure(refused, &FailureKind::TooLarge, &["100 are taken at most"], "100 bytes");
}

#[test]
fn a_png_stays_one_only_for_transparency_that_is_there_and_fits() {
    let clear = RgbaImage::from_fn(80, 60, |x, _| Rgba([x as u8, 0, 9, if x < 40 { 0 } else { 255 }]));
    let opaque = RgbaImage::from_fn(80, 60, |x, _| Rgba([x as u8, 0, 9, 255]));
    let rows = [
        (&clear, true, None, 4096, (MediaFormat::Png, 80)),
        (&clear, true, None, 40, (MediaFormat::Png, 40)),
        (&clear, false, None, 4096, (MediaFormat::Jpeg, 80)),
        (&clear, true, Some(100), 4096, (MediaFormat::Jpeg, 0)),
        (&opaque, true, None, 4096, (MediaFormat::Jpeg, 80)),
    ];
    for (picture, png, max_bytes, longest_side_px, (expected, side)) in rows {
        let bytes = encode(&picture.clone().into(), ImageFormat::Png);
        let fit = Fit { png, max_bytes, longest_side_px, ..FIT };
        match fitted(MediaFormat::Png, &bytes, fit) {
            Ok((format, width, ..)) => assert_eq!((format, width), (expected, side)),
            // A hundred bytes hold no JPEG either.
            Err(failure) => assert_eq!((failure.kind, max_bytes), (FailureKind::TooLarge, Some(100))),
        }
    }
}

#[test]
fn animations_are_told_from_stills() {
    let still: DynamicImage = pattern(8, 8).into();
    let frames = (0..3).map(|shade| ::image::Frame::new(RgbaImage::from_pixel(8, 8, Rgba([shade * 80, 0, 0, 255]))));
    let mut gif = Vec::new();
    ::image::codecs::gif::GifEncoder::new(&mut gif).encode_frames(frames).unwrap();
    let rows = [
        (MediaFormat::Gif, gif, true),
        (MediaFormat::Gif, encode(&still, ImageFormat::Gif), false),
        (MediaFormat::Png, encode(&still, ImageFormat::Png), false),
        (MediaFormat::Webp, encode(&still, ImageFormat::WebP), false),
        (MediaFormat::Gif, b"GIF89a".to_vec(), false),
    ];
    for (format, bytes, expected) in rows {
        assert_eq!(is_animated(&media(format, &bytes)), expected, "{format}");
    }
}

/// Two pictures of four gigapixels each, in sixty bytes: telling that they move must not decode them.
#[test]
fn an_animation_of_any_size_is_told_without_being_decoded() {
    let side = u16::MAX.to_le_bytes();
    let screen = [b"GIF89a".as_slice(), &side, &side, &[0x80, 0, 0], &[0; 6]].concat();
    let frame = [b",\0\0\0\0".as_slice(), &side, &side, &[0, 2, 2, 0x4c, 1, 0]].concat();
    for (frames, expected) in [(0, false), (1, false), (2, true), (3, true)] {
        let bytes = [screen.clone(), frame.repeat(frames), b";".to_vec()].concat();
        assert_eq!(is_animated(&media(MediaFormat::Gif, &bytes)), expected, "{frames} frames");
    }
}

//! Files that are cut, that lie about their size, or that were made to hurt.

use ::image::{DynamicImage, ImageFormat};
use mediary_core::{FailureKind, MediaFormat};

use super::super::{ImageLimits, open};
use super::craft::{self, Directory, Value, tiff};
use super::{assert_failure, decode, encode, media, pattern};

const FORMATS: [(MediaFormat, ImageFormat); 6] = [
    (MediaFormat::Png, ImageFormat::Png),
    (MediaFormat::Jpeg, ImageFormat::Jpeg),
    (MediaFormat::Webp, ImageFormat::WebP),
    (MediaFormat::Gif, ImageFormat::Gif),
    (MediaFormat::Tiff, ImageFormat::Tiff),
    (MediaFormat::Bmp, ImageFormat::Bmp),
];

fn lossy_webp(width: u16, height: u16) -> Vec<u8> {
    let [w0, w1] = width.to_le_bytes();
    let [h0, h1] = height.to_le_bytes();
    let head = [0x10, 0, 0, 0x9d, 0x01, 0x2a, w0, w1, h0, h1];
    craft::riff_chunk(b"VP8 ", &[&head[..], &[0; 40]].concat())
}

#[test]
fn image_that_was_cut_is_unreadable_wherever_it_was_cut() {
    for (format, encoder) in FORMATS {
        let bytes = encode(&DynamicImage::ImageRgb8(pattern(40, 30)), encoder);
        decode(format, &bytes).unwrap();
        let cuts = (0..40).chain((1..20).map(|part| bytes.len() * part / 20));
        for cut in cuts {
            let case = format!("{format} cut to {cut} of {} bytes", bytes.len());
            assert_failure(decode(format, &bytes[..cut]), &FailureKind::Unreadable, &[format.name(), "again"], &case);
        }
    }
}

#[test]
fn image_with_any_byte_changed_never_panics() {
    for (format, encoder) in FORMATS {
        let bytes = encode(&DynamicImage::ImageRgb8(pattern(9, 7)), encoder);
        for (index, value) in (0..bytes.len().min(700)).flat_map(|index| [(index, 0), (index, 0x7f), (index, 0xff)]) {
            let mut changed = bytes.clone();
            changed[index] = value;
            let limits = ImageLimits { max_pixels: 1_000_000, ..ImageLimits::default() };
            let Ok(pictures) = open(&media(format, &changed), &limits) else { continue };
            if let Err(failure) = pictures.decode(0) {
                let expected = [FailureKind::Unreadable, FailureKind::TooLarge];
                assert!(expected.contains(&failure.kind), "{format} byte {index} = {value}: {failure}");
                assert!(!failure.detail.contains("crashed"), "{format} byte {index} = {value}: {failure}");
            }
        }
    }
}

#[test]
fn image_of_garbage_is_unreadable() {
    for (format, _) in FORMATS {
        for garbage in [&[0; 200][..], b"a letter that was called photo.jpg", b""] {
            assert_failure(decode(format, garbage), &FailureKind::Unreadable, &[format.name()], format.name());
        }
    }
}

#[test]
fn image_that_claims_too_many_pixels_is_refused_by_its_header() {
    let png = |width, height| craft::png(&[(b"IHDR", craft::ihdr(width, height, 8, 6)), (b"IDAT", vec![0x78])]);
    let gif = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08\0;".to_vec();
    let mut jpeg = encode(&DynamicImage::ImageRgb8(pattern(8, 8)), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    let mut bmp = encode(&DynamicImage::ImageRgb8(pattern(8, 8)), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    let huge_tiff = Directory::new(60_000, 60_000, &[8], 1, vec![0; 64]);
    let canvas = craft::riff_chunk(b"VP8X", &[0, 0, 0, 0, 0x5f, 0xea, 0, 0x5f, 0xea, 0]);
    let rows = [
        ("PNG", MediaFormat::Png, png(60_000, 60_000)),
        ("GIF", MediaFormat::Gif, gif),
        ("JPEG", MediaFormat::Jpeg, jpeg),
        ("BMP", MediaFormat::Bmp, bmp),
        ("TIFF of one huge strip", MediaFormat::Tiff, tiff(false, &[huge_tiff], 0)),
        ("WebP canvas", MediaFormat::Webp, craft::webp(&[canvas, lossy_webp(8, 8)])),
        ("WebP frame", MediaFormat::Webp, craft::webp(&[lossy_webp(16_383, 16_383)])),
    ];
    for (name, format, bytes) in rows {
        let refused = open(&media(format, &bytes), &ImageLimits::default());
        assert_failure(refused, &FailureKind::TooLarge, &["100000000", "`[limits.image] pixels`"], name);
    }
}

#[test]
fn image_that_claims_a_side_beyond_all_sense_is_refused_by_its_header() {
    let wide = |width, height| craft::png(&[(b"IHDR", craft::ihdr(width, height, 8, 0)), (b"IDAT", vec![0x78])]);
    for (width, height) in [(40_000, 100), (1, 30_001)] {
        let refused = open(&media(MediaFormat::Png, &wide(width, height)), &ImageLimits::default());
        assert_failure(refused, &FailureKind::TooLarge, &["30000", "pixels"], "a long side");
    }
    let refused = open(&media(MediaFormat::Png, &wide(0x7fff_ffff, 1)), &ImageLimits::default());
    assert_failure(refused, &FailureKind::TooLarge, &["`[limits.image] pixels`"], "the longest side there is");
}

#[test]
fn image_parts_that_claim_more_than_the_picture_are_refused() {
    let tile = |side: u32| {
        let mut page = Directory::new(16, 16, &[8], 1, vec![0; 64])
            .with(322, Value::Long(vec![side]))
            .with(323, Value::Long(vec![side]))
            .with(324, Value::Long(vec![8]))
            .with(325, Value::Long(vec![64]));
        page.entries.retain(|(tag, _)| *tag != 278);
        // Strips and tiles at once are a contradiction, so the strip's entries are made nameless.
        let mut bytes = tiff(false, &[page], 0);
        for tag in [273_u16, 279] {
            let at = (10..bytes.len()).step_by(12).find(|&at| bytes[at..at + 2] == tag.to_le_bytes()).unwrap();
            bytes[at..at + 2].copy_from_slice(&(tag + 60_000).to_le_bytes());
        }
        bytes
    };
    let mut inner = encode(&DynamicImage::ImageRgb8(pattern(8, 8)).to_luma8().into(), ImageFormat::Jpeg);
    let frame = inner.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    inner[frame + 5..frame + 9].fill(0xff);
    let stream = Directory::new(8, 8, &[8], 1, inner).with(259, Value::Short(vec![7]));
    let gif = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\x80\0\0\0\xff\xff\xff\x08\0;".to_vec();
    let canvas = craft::riff_chunk(b"VP8X", &[0, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
    let rows = [
        ("the frame on a canvas", MediaFormat::Webp, craft::webp(&[canvas, lossy_webp(16_383, 16_383)])),
        ("a tile", MediaFormat::Tiff, tile(65_520)),
        ("the JPEG in a TIFF", MediaFormat::Tiff, tiff(false, &[stream], 0)),
        ("a frame of a GIF", MediaFormat::Gif, gif),
        ("samples", MediaFormat::Tiff, tiff(false, &[Directory::new(9_000, 9_000, &[64; 8], 2, vec![0])], 0)),
        (
            "a strip's length",
            MediaFormat::Tiff,
            tiff(false, &[Directory::new(8, 8, &[8], 1, vec![0]).with(279, Value::Long(vec![u32::MAX]))], 0),
        ),
    ];
    for (name, format, bytes) in rows {
        assert_failure(decode(format, &bytes), &FailureKind::TooLarge, &["`[limits.image] pixels`"], name);
    }
}

#[test]
fn image_metadata_that_claims_to_go_past_the_file_is_not_believed() {
    let still = encode(&DynamicImage::ImageRgb8(pattern(8, 6)), ImageFormat::WebP);
    let canvas = craft::riff_chunk(b"VP8X", &[0b1000, 0, 0, 0, 7, 0, 0, 5, 0, 0]);
    let exif = |claimed: u32| [b"EXIF", &claimed.to_le_bytes()[..], &[0; 8]].concat();
    let file = |claimed| craft::webp(&[canvas.clone(), still[12..].to_vec(), exif(claimed)]);
    decode(MediaFormat::Webp, &file(8)).unwrap();
    assert_failure(decode(MediaFormat::Webp, &file(u32::MAX - 1)), &FailureKind::Unreadable, &["ends"], "4 GB of EXIF");
}

#[test]
fn image_of_too_many_bytes_is_refused_unread() {
    let limits = ImageLimits { max_bytes: 99, ..ImageLimits::default() };
    let refused = open(&media(MediaFormat::Png, &[0; 100]), &limits);
    assert_failure(refused, &FailureKind::TooLarge, &["100 bytes", "99", "`[limits.image] bytes`"], "a byte too many");
}

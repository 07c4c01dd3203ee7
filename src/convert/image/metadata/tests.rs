//! Metadata go, pixels and profiles stay.

use image::{ImageEncoder, RgbImage};
use mediary_core::{Blob, Media, MediaFormat};

use super::*;

/// A TIFF block with an orientation and a place in its description.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
    block.extend([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    block.extend([0x0e, 1, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
    block.extend([0; 4]);
    block.extend(b"48.85N 2.35E");
    block
}

fn written(encoder: impl ImageEncoder) {
    let picture = RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 99]));
    encoder.write_image(&picture, 40, 30, image::ExtendedColorType::Rgb8).unwrap();
}

fn files(orientation: u8) -> Vec<Media> {
    let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    encoder.set_icc_profile(b"a profile".to_vec()).unwrap();
    written(encoder);
    // A comment, and a second file behind the first.
    jpeg.splice(2..2, *b"\xff\xfe\0\x0cby Jane Doe");
    jpeg.extend(b"ftyp 48.85N");
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    written(encoder);
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    written(encoder);
    let media = |format, bytes| Media { format, blob: Blob::in_memory(bytes) };
    vec![media(MediaFormat::Jpeg, jpeg), media(MediaFormat::Png, png), media(MediaFormat::Webp, webp)]
}

fn holds(media: &Media, words: &[u8]) -> bool {
    media.blob.read_all().unwrap().windows(words.len()).any(|window| window == words)
}

fn pixels(media: &Media) -> Vec<u8> {
    image::load_from_memory(&media.blob.read_all().unwrap()).unwrap().into_rgb8().into_raw()
}

#[test]
fn metadata_go_and_pixels_stay() {
    for file in files(1) {
        assert!(has_metadata(&file) && holds(&file, b"48.85N"), "{}", file.format);
        let bare = stripped(&file).unwrap();
        assert!(!has_metadata(&bare) && !holds(&bare, b"48.85N") && !holds(&bare, b"Jane"), "{}", file.format);
        assert_eq!(pixels(&bare), pixels(&file), "{}", file.format);
        assert_eq!(holds(&bare, b"a profile"), file.format == MediaFormat::Jpeg);
    }
}

#[test]
fn what_has_to_be_turned_is_left_to_others() {
    for file in files(6) {
        assert!(stripped(&file).is_none() && without(&file).is_some(), "{}", file.format);
    }
}

#[test]
fn files_that_end_too_soon_are_not_taken_apart() {
    for file in files(1) {
        let bytes = file.blob.read_all().unwrap();
        for length in [0, 3, 20, bytes.len() / 2] {
            let cut = Media { blob: Blob::in_memory(bytes[..length].to_vec()), ..file.clone() };
            assert!(stripped(&cut).is_none(), "{} of {length} bytes", file.format);
        }
    }
}

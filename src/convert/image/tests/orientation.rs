//! All eight orientations, in EXIF of a JPEG and as a tag of a TIFF.

use ::image::{GrayImage, ImageFormat, Luma};
use mediary_core::{MediaFormat, Raster};

use super::super::{ImageLimits, open};
use super::craft::{Directory, Value, tiff};
use super::{decode, encode, media};

/// Corners of the upright picture: its top is wider than high, with white top left and grey top right.
const UPRIGHT: [[u8; 2]; 2] = [[255, 170], [85, 0]];

/// What a camera stores for the upright picture, per orientation: rows of corners, by TIFF 6.0's
/// "the 0th row represents the visual … side, the 0th column the visual … side".
const STORED: [(u16, [[u8; 2]; 2]); 8] = [
    (1, [[255, 170], [85, 0]]), // top, left
    (2, [[170, 255], [0, 85]]), // top, right
    (3, [[0, 85], [170, 255]]), // bottom, right
    (4, [[85, 0], [255, 170]]), // bottom, left
    (5, [[255, 85], [170, 0]]), // left, top
    (6, [[170, 0], [255, 85]]), // right, top
    (7, [[0, 170], [85, 255]]), // right, bottom
    (8, [[85, 255], [0, 170]]), // left, bottom
];

/// A picture of four flat quarters, 48 by 32 pixels upright, so that blocks of eight keep their value.
fn quarters(orientation: u16, corners: [[u8; 2]; 2]) -> GrayImage {
    let (width, height) = if orientation < 5 { (96, 64) } else { (64, 96) };
    GrayImage::from_fn(width, height, |x, y| Luma([corners[usize::from(y >= height / 2)][usize::from(x >= width / 2)]]))
}

fn assert_upright(raster: &Raster, case: &str) {
    assert_eq!((raster.width(), raster.height()), (96, 64), "{case}");
    for (y, x) in [(0, 0), (0, 95), (63, 0), (63, 95), (31, 47), (31, 48), (32, 47), (32, 48)] {
        let expected = UPRIGHT[usize::from(y >= 32)][usize::from(x >= 48)];
        assert!(raster.row(y)[x * 3].abs_diff(expected) < 4, "{case} at {x}, {y}: {}", raster.row(y)[x * 3]);
    }
}

/// A JPEG with an APP1 segment that holds nothing but the orientation.
fn with_exif(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let head = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01";
    let body = [&head[..], &orientation.to_be_bytes(), &[0; 6]].concat();
    let segment = [&[0xff, 0xe1][..], &(body.len() as u16 + 2).to_be_bytes(), &body].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

#[test]
fn image_of_every_exif_orientation_comes_out_upright() {
    for (orientation, corners) in STORED {
        let jpeg = encode(&quarters(orientation, corners).into(), ImageFormat::Jpeg);
        let raster = decode(MediaFormat::Jpeg, &with_exif(&jpeg, orientation)).unwrap();
        assert_upright(&raster, &format!("EXIF orientation {orientation}"));
    }
}

#[test]
fn a_jpeg_that_is_decoded_small_comes_out_upright_too() {
    for (orientation, corners) in STORED {
        let jpeg = with_exif(&encode(&quarters(orientation, corners).into(), ImageFormat::Jpeg), orientation);
        let pictures = open(&media(MediaFormat::Jpeg, &jpeg), &ImageLimits::default()).unwrap();
        let raster = pictures.decode_for(0, 48).unwrap();
        assert_eq!((raster.width(), raster.height()), (48, 32), "EXIF orientation {orientation}");
        for (y, x) in [(0, 0), (0, 47), (31, 0), (31, 47)] {
            let expected = UPRIGHT[usize::from(y >= 16)][usize::from(x >= 24)];
            assert!(raster.row(y)[x * 3].abs_diff(expected) < 4, "EXIF orientation {orientation} at {x}, {y}");
        }
    }
}

#[test]
fn image_of_every_tiff_orientation_comes_out_upright() {
    for (orientation, corners) in STORED {
        let stored = quarters(orientation, corners);
        let page = Directory::new(stored.width(), stored.height(), &[8], 1, stored.into_raw())
            .with(274, Value::Short(vec![orientation]));
        let raster = decode(MediaFormat::Tiff, &tiff(false, &[page], 0)).unwrap();
        assert_upright(&raster, &format!("TIFF orientation {orientation}"));
    }
}

#[test]
fn image_with_an_unknown_orientation_stays_as_stored() {
    let jpeg = encode(&quarters(1, UPRIGHT).into(), ImageFormat::Jpeg);
    for orientation in [0, 9, 300] {
        assert_upright(&decode(MediaFormat::Jpeg, &with_exif(&jpeg, orientation)).unwrap(), "unknown orientation");
    }
}

#[test]
fn image_blocks_that_do_not_divide_the_sides_are_turned_whole() {
    let stored = super::pattern(45, 70);
    let page = Directory::new(45, 70, &[8, 8, 8], 2, stored.as_raw().clone()).with(274, Value::Short(vec![6]));
    let raster = decode(MediaFormat::Tiff, &tiff(true, &[page], 0)).unwrap();
    assert_eq!(raster.bgr(), super::bgr_of(&::image::imageops::rotate90(&stored)));
}

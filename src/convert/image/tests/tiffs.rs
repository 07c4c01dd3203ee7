//! TIFF: pages, thumbnails and sample layouts.

use ::tiff::encoder::{TiffEncoder, colortype};
use mediary_core::{FailureKind, MediaFormat};

use super::super::{ImageLimits, open};
use super::craft::{Directory, Value, tiff};
use super::{assert_failure, bgr_of, decode, media, pattern};

fn page(width: u32, height: u32) -> Directory {
    Directory::new(width, height, &[8, 8, 8], 2, pattern(width, height).into_raw())
}

#[test]
fn image_pages_are_decoded_one_by_one() {
    for big_endian in [false, true] {
        let thumbnail = page(2, 2).with(254, Value::Long(vec![1]));
        let second = page(4, 9).with(282, Value::Rational(118, 1)).with(296, Value::Short(vec![3]));
        let first = page(7, 5).with(282, Value::Rational(600, 2));
        let bytes = tiff(big_endian, &[first, thumbnail, second], 0);
        let pictures = open(&media(MediaFormat::Tiff, &bytes), &ImageLimits::default()).unwrap();
        assert_eq!(pictures.pages(), 2);
        for (index, width, height) in [(1, 4, 9), (0, 7, 5), (1, 4, 9)] {
            let raster = pictures.decode(index).unwrap();
            assert_eq!((raster.width(), raster.height()), (width, height));
            assert_eq!(raster.bgr(), bgr_of(&pattern(width, height)));
        }
        assert_eq!([0, 1, 2].map(|index| pictures.dpi(index)), [Some(300), Some(300), None]);
        assert_failure(pictures.decode(2), &FailureKind::Unknown, &["no page 3", "has 2"], "a third page");
    }
}

#[test]
fn image_file_of_one_thumbnail_has_that_page() {
    let bytes = tiff(false, &[page(2, 2).with(254, Value::Long(vec![1]))], 0);
    assert_eq!(decode(MediaFormat::Tiff, &bytes).unwrap().bgr(), bgr_of(&pattern(2, 2)));
}

#[test]
fn image_pages_in_big_tiff_are_found() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new_big(&mut bytes).unwrap();
    for side in [3, 5] {
        encoder.write_image::<colortype::RGB8>(side, side, pattern(side, side).as_raw()).unwrap();
    }
    let pictures = open(&media(MediaFormat::Tiff, bytes.get_ref()), &ImageLimits::default()).unwrap();
    assert_eq!(pictures.pages(), 2);
    assert_eq!(pictures.decode(1).unwrap().bgr(), bgr_of(&pattern(5, 5)));
}

#[test]
fn image_pages_that_go_in_a_circle_or_nowhere_are_refused() {
    let two = [page(3, 3), page(3, 3)];
    let rows = [
        ("back to the first page", tiff(false, &two, 8), "circle"),
        ("a page that is its own next", tiff(true, &two[..1], 8), "circle"),
        ("beyond the end", tiff(false, &two, 9_000_000), "whole"),
    ];
    for (name, bytes, word) in rows {
        assert_failure(decode(MediaFormat::Tiff, &bytes), &FailureKind::Unreadable, &[word], name);
    }
}

#[test]
fn image_pages_are_counted_up_to_the_limit() {
    let bytes = tiff(false, &vec![page(1, 1); 5], 0);
    let limits = |max_pages| ImageLimits { max_pages, ..ImageLimits::default() };
    assert_eq!(open(&media(MediaFormat::Tiff, &bytes), &limits(5)).unwrap().pages(), 5);
    let refused = open(&media(MediaFormat::Tiff, &bytes), &limits(4));
    assert_failure(refused, &FailureKind::TooLarge, &["4 pages", "`[limits.document] pages`"], "five pages of four");
}

#[test]
fn image_tiff_layouts_come_out_as_they_look() {
    let (black, white) = ([0, 0, 0], [255, 255, 255]);
    let floats = |values: [f32; 2]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let map = [0, 65_535, 0x1200, 0, 0, 65_535, 0x3400, 0, 0, 65_535, 0x5600, 0].to_vec();
    let rows: [(&str, Directory, [[u8; 3]; 2]); 16] = [
        ("bilevel, zero is black", Directory::new(2, 1, &[1], 1, vec![0b0100_0000]), [black, white]),
        ("bilevel, zero is white", Directory::new(2, 1, &[1], 0, vec![0b0100_0000]), [white, black]),
        ("two bits", Directory::new(2, 1, &[2], 1, vec![0b0110_0000]), [[85; 3], [170; 3]]),
        ("four bits", Directory::new(2, 1, &[4], 1, vec![0x3f]), [[51; 3], white]),
        (
            "grey and alpha",
            Directory::new(2, 1, &[8, 8], 1, vec![9, 255, 0, 0]).with(338, Value::Short(vec![2])),
            [[9; 3], white],
        ),
        (
            "grey and something",
            Directory::new(2, 1, &[8, 8], 1, vec![9, 77, 0, 0]).with(338, Value::Short(vec![0])),
            [[9; 3], black],
        ),
        ("sixteen bits", Directory::new(2, 1, &[16], 1, vec![0, 0x80, 0xff, 0x01]), [[0x80; 3], [1; 3]]),
        ("thirty-two bits", Directory::new(2, 1, &[32], 1, vec![0, 0, 0, 0x80, 0, 0, 0, 1]), [[0x80; 3], [1; 3]]),
        (
            "floats to one",
            Directory::new(2, 1, &[32], 1, floats([0.5, 1.0])).with(339, Value::Short(vec![3])),
            [[128; 3], white],
        ),
        (
            "floats to more",
            Directory::new(2, 1, &[32], 1, floats([f32::NAN, 300.0])).with(339, Value::Short(vec![3])),
            [black, white],
        ),
        ("inks", Directory::new(2, 1, &[8; 4], 5, vec![255, 0, 0, 0, 0, 0, 0, 255]), [[255, 255, 0], black]),
        (
            "luma and chroma",
            Directory::new(2, 1, &[8; 3], 6, vec![76, 85, 255, 255, 128, 128]).with(530, Value::Short(vec![1, 1])),
            [[0, 0, 254], white],
        ),
        (
            "a palette of two bits",
            Directory::new(2, 1, &[2], 3, vec![0b1001_0000]).with(320, Value::Short(map.clone())),
            [[0x56, 0x34, 0x12], white],
        ),
        (
            "RGB and a sample more",
            Directory::new(2, 1, &[8; 4], 2, vec![1, 2, 3, 9, 4, 5, 6, 9]).with(338, Value::Short(vec![0])),
            [[3, 2, 1], [6, 5, 4]],
        ),
        (
            "CCITT group 4",
            Directory::new(2, 1, &[1], 0, vec![0b0010_0011, 0b1010_1000, 0, 0b1000_0000, 0b0000_1000])
                .with(259, Value::Short(vec![4])),
            [white, black],
        ),
        (
            "PackBits",
            Directory::new(2, 1, &[8], 1, vec![0xff, 0xff]).with(259, Value::Short(vec![32_773])),
            [white, white],
        ),
    ];
    for (name, directory, expected) in rows {
        let raster = decode(MediaFormat::Tiff, &tiff(false, &[directory], 0));
        let raster = raster.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(raster.bgr(), expected.concat(), "{name}");
    }
}

#[test]
fn image_planes_are_put_together() {
    let (red, green, blue) = ([1, 4], [2, 5], [3, 6]);
    let strip = [red, green, blue].concat();
    let mut bytes = tiff(
        false,
        &[Directory::new(2, 1, &[8; 3], 2, strip)
            .with(284, Value::Short(vec![2]))
            .with(279, Value::Long(vec![2, 2, 2]))],
        0,
    );
    // Three strips one after the other: the single offset becomes a list of three at the file's end.
    let entry = (10..bytes.len()).step_by(12).find(|&at| bytes[at..at + 2] == 273_u16.to_le_bytes()).unwrap();
    let first = u32::from_le_bytes(bytes[entry + 8..entry + 12].try_into().unwrap());
    let list = bytes.len() as u32;
    bytes[entry + 4..entry + 8].copy_from_slice(&3_u32.to_le_bytes());
    bytes[entry + 8..entry + 12].copy_from_slice(&list.to_le_bytes());
    bytes.extend([first, first + 2, first + 4].iter().flat_map(|offset| offset.to_le_bytes()));
    assert_eq!(decode(MediaFormat::Tiff, &bytes).unwrap().bgr(), [3, 2, 1, 6, 5, 4]);
}

#[test]
fn image_bits_in_reverse_order_are_turned_round() {
    let row = |bits: u8| Directory::new(8, 1, &[1], 1, vec![bits]);
    let usual = decode(MediaFormat::Tiff, &tiff(false, &[row(0b1101_0000)], 0)).unwrap();
    let reversed = row(0b0000_1011).with(266, Value::Short(vec![2]));
    assert_eq!(decode(MediaFormat::Tiff, &tiff(false, &[reversed], 0)).unwrap(), usual);
}

#[test]
fn image_tiff_features_beyond_the_decoder_are_named() {
    let plain = || Directory::new(8, 1, &[1], 0, vec![0xaa]);
    let rows = [
        ("CCITT group 3", plain().with(259, Value::Short(vec![3])), "Fax3"),
        ("many channels", Directory::new(1, 1, &[8; 40], 2, vec![0; 40]), "40 channels"),
        ("CIELAB", Directory::new(1, 1, &[8; 3], 8, vec![0; 3]), "CIELab"),
        (
            "signed samples",
            Directory::new(1, 1, &[8], 1, vec![0]).with(339, Value::Short(vec![2])),
            "samples of 8 bits",
        ),
    ];
    for (name, directory, word) in rows {
        let result = decode(MediaFormat::Tiff, &tiff(false, &[directory], 0));
        assert_failure(result, &FailureKind::Unreadable, &[word, "save it as a plain PNG or JPEG"], name);
    }
}

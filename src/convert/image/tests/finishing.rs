//! Pictures that were made, and masks: what is right is not touched, all else is brought into its size, format and sense.

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use mediary_core::{Blob, Media, MediaFormat};

use super::super::{Finish, ImageLimits, open};

fn coded(format: MediaFormat, write: impl FnOnce(&mut std::io::Cursor<Vec<u8>>)) -> Media {
    let mut file = std::io::Cursor::new(Vec::new());
    write(&mut file);
    Media { format, blob: Blob::in_memory(file.into_inner()) }
}

fn png(width: u32, height: u32) -> Media {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, 90]));
    coded(MediaFormat::Png, |file| picture.write_to(file, ImageFormat::Png).unwrap())
}

fn clear(width: u32, height: u32) -> Media {
    let picture = RgbaImage::from_fn(width, height, |x, _| Rgba([200, 10, 10, if x < width / 2 { 0 } else { 255 }]));
    coded(MediaFormat::Png, |file| picture.write_to(file, ImageFormat::Png).unwrap())
}

fn sides(media: &Media) -> (u32, u32) {
    let raster = open(media, &ImageLimits::default()).unwrap().decode(0).unwrap();
    (raster.width(), raster.height())
}

#[test]
fn what_is_right_is_passed_as_it_came() {
    let source = png(64, 48);
    let pictures = open(&source, &ImageLimits::default()).unwrap();
    for wanted in [
        Finish::default(),
        Finish { size: Some((64, 48)), ..Finish::default() },
        Finish { format: Some(MediaFormat::Png), ..Finish::default() },
        // A quality is for what loses some.
        Finish { format: Some(MediaFormat::Png), quality: Some(10), ..Finish::default() },
    ] {
        let finished = pictures.finished(&wanted).unwrap();
        assert_eq!(finished.media.blob, source.blob, "{wanted:?}");
        assert_eq!((finished.width, finished.height, finished.is_plain), (64, 48, false));
    }
}

#[test]
fn sizes_and_formats_are_made() {
    for source in [png(64, 48), clear(64, 48)] {
        let pictures = open(&source, &ImageLimits::default()).unwrap();
        for size in [(32, 24), (100, 100), (48, 64), (1, 64)] {
            for format in [MediaFormat::Png, MediaFormat::Jpeg, MediaFormat::Webp] {
                let wanted = Finish { size: Some(size), format: Some(format), quality: Some(80), ratio: None };
                let finished = pictures.finished(&wanted).unwrap();
                assert_eq!((sides(&finished.media), finished.media.format), (size, format));
                assert_eq!((finished.width, finished.height), (64, 48));
            }
        }
    }
    let wanted = Finish { format: Some(MediaFormat::Tiff), ..Finish::default() };
    assert!(open(&png(8, 8), &ImageLimits::default()).unwrap().finished(&wanted).is_err());
}

#[test]
fn a_thin_picture_is_cut_before_it_is_made_large() {
    // Scaled first, these would have 322 GB.
    for source in [png(10, 16_000), clear(10, 16_000)] {
        let pictures = open(&source, &ImageLimits::default()).unwrap();
        let wanted = Finish { size: Some((2_048, 2_048)), format: Some(MediaFormat::Jpeg), ..Finish::default() };
        assert_eq!(sides(&pictures.finished(&wanted).unwrap().media), (2_048, 2_048));
    }
}

#[test]
fn one_colour_is_seen() {
    let plain = RgbImage::from_pixel(9, 9, Rgb([7, 7, 7]));
    let plain = coded(MediaFormat::Png, |file| plain.write_to(file, ImageFormat::Png).unwrap());
    let finished = open(&plain, &ImageLimits::default()).unwrap().finished(&Finish::default()).unwrap();
    assert!(finished.is_plain);
    let nothing = RgbaImage::from_pixel(9, 9, Rgba([0, 0, 0, 0]));
    let nothing = coded(MediaFormat::Png, |file| nothing.write_to(file, ImageFormat::Png).unwrap());
    assert!(open(&nothing, &ImageLimits::default()).unwrap().finished(&Finish::default()).unwrap().is_plain);
}

#[test]
fn masks_are_understood_both_ways_and_written_both_ways() {
    let alpha = open(&clear(20, 10), &ImageLimits::default()).unwrap().mask().unwrap();
    let halves = RgbImage::from_fn(20, 10, |x, _| Rgb(if x < 10 { [255; 3] } else { [0; 3] }));
    let halves = coded(MediaFormat::Png, |file| halves.write_to(file, ImageFormat::Png).unwrap());
    let white = open(&halves, &ImageLimits::default()).unwrap().mask().unwrap();
    assert_eq!(alpha, white);
    for form in [alpha.as_alpha().unwrap(), alpha.as_black_and_white().unwrap()] {
        assert_eq!(open(&form, &ImageLimits::default()).unwrap().mask().unwrap(), alpha);
    }
    for no_mask in [
        png(60, 60),
        coded(MediaFormat::Png, |file| {
            RgbImage::from_pixel(9, 9, Rgb([0; 3])).write_to(file, ImageFormat::Png).unwrap();
        }),
    ] {
        let refused = open(&no_mask, &ImageLimits::default()).unwrap().mask().unwrap_err();
        assert!(refused.detail.contains("transparent"), "{refused}");
    }
}

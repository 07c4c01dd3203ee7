//! What shows through.

use ::image::{ImageFormat, Rgba, RgbaImage};
use mediary_core::MediaFormat;

use super::craft::{Directory, Value, tiff};
use super::{decode, encode};

/// Bars of "writing" over a sixth of a clear ground, in every tenth row at half strength.
fn writing(colour: [u8; 3]) -> RgbaImage {
    let [red, green, blue] = colour;
    RgbaImage::from_fn(60, 40, |x, y| match (x % 6, y % 10) {
        (0, 0) => Rgba([red, green, blue, 128]),
        (0, _) => Rgba([red, green, blue, 255]),
        // Colours under full transparency are noise and must not count.
        _ => Rgba([200, 10, 90, 0]),
    })
}

#[test]
fn image_writing_on_nothing_stays_visible() {
    for (name, colour, ink, ground) in [
        ("black", [0, 0, 0], 0, 255),
        ("dark red", [120, 0, 0], 0, 255),
        ("white", [255, 255, 255], 255, 0),
        ("pale yellow", [255, 240, 160], 160, 0),
    ] {
        for (format, encoder) in [(MediaFormat::Png, ImageFormat::Png), (MediaFormat::Webp, ImageFormat::WebP)] {
            let raster = decode(format, &encode(&writing(colour).into(), encoder)).unwrap();
            let row = raster.row(5);
            assert_eq!((row[0], &row[3..6]), (ink, &[ground; 3][..]), "{name} in {format}");
            let half = i32::from(raster.row(0)[0]);
            assert!((half - (i32::from(ink) + i32::from(ground)) / 2).abs() <= 2, "{name} at half strength: {half}");
        }
    }
}

#[test]
fn image_page_with_clear_corners_lies_on_white() {
    let page = RgbaImage::from_fn(60, 40, |x, y| {
        let is_corner = !(4..56).contains(&x) && !(4..36).contains(&y);
        Rgba([250, 250, 250, if is_corner { 0 } else { 255 }])
    });
    let raster = decode(MediaFormat::Png, &encode(&page.into(), ImageFormat::Png)).unwrap();
    assert_eq!(raster.row(0)[..3], [255; 3]);
}

#[test]
fn image_without_anything_visible_is_white_paper() {
    let raster = decode(MediaFormat::Png, &encode(&RgbaImage::new(5, 5).into(), ImageFormat::Png)).unwrap();
    assert!(raster.bgr().iter().all(|&byte| byte == 255));
}

#[test]
fn image_alpha_multiplied_into_the_colours_is_divided_out() {
    // Half-covered black-blue ink and a clear pixel, as RGBA whose ExtraSamples is 1.
    let strip = vec![0, 0, 50, 128, 0, 0, 0, 0];
    let page = Directory::new(2, 1, &[8; 4], 2, strip).with(338, Value::Short(vec![1]));
    let raster = decode(MediaFormat::Tiff, &tiff(false, &[page], 0)).unwrap();
    let [blue, green, red, rest @ ..] = raster.bgr() else { panic!("two pixels") };
    assert!(blue.abs_diff(177) < 3 && green.abs_diff(127) < 2 && red.abs_diff(127) < 2, "{blue} {green} {red}");
    assert_eq!(rest, [255; 3]);
}

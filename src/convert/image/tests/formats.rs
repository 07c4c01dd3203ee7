//! Every format there and back, and the sample layouts of those that have several.

use ::image::codecs::gif::GifEncoder;
use ::image::codecs::jpeg::{JpegEncoder, PixelDensity};
use ::image::{DynamicImage, Frame, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb};
use mediary_core::{FailureKind, MediaFormat};

use super::super::{ImageLimits, open};
use super::{assert_failure, bgr_of, craft, decode, encode, mean_difference, media, pattern};

#[test]
fn image_round_trips_in_every_format() {
    let picture = pattern(23, 17);
    let rows = [
        (MediaFormat::Png, ImageFormat::Png),
        (MediaFormat::Webp, ImageFormat::WebP),
        (MediaFormat::Tiff, ImageFormat::Tiff),
        (MediaFormat::Bmp, ImageFormat::Bmp),
    ];
    for (format, encoder) in rows {
        let bytes = encode(&DynamicImage::ImageRgb8(picture.clone()), encoder);
        let raster = decode(format, &bytes).unwrap_or_else(|failure| panic!("{format}: {failure}"));
        assert_eq!((raster.width(), raster.height()), (23, 17), "{format}");
        assert_eq!(raster.bgr(), bgr_of(&picture), "{format}");
    }
}

#[test]
fn image_round_trips_in_formats_that_lose_a_little() {
    let smooth = ImageBuffer::from_fn(64, 48, |x, y| Rgb([x as u8 * 3, y as u8 * 4, 200 - x as u8]));
    for (format, encoder) in [(MediaFormat::Jpeg, ImageFormat::Jpeg), (MediaFormat::Gif, ImageFormat::Gif)] {
        let bytes = encode(&DynamicImage::ImageRgb8(smooth.clone()), encoder);
        let raster = decode(format, &bytes).unwrap();
        assert_eq!((raster.width(), raster.height()), (64, 48), "{format}");
        let difference = mean_difference(raster.bgr(), &bgr_of(&smooth));
        assert!(difference < 6.0, "{format} is off by {difference}");
    }
}

#[test]
fn image_samples_of_every_layout_come_out_in_eight_bits() {
    let grey = |x: u32, y: u32| (x * 20 + y * 5) as u8;
    let wide = |x: u32, y: u32| u16::from(grey(x, y)) * 256 + 77;
    let rows: [(&str, DynamicImage); 5] = [
        ("L8", GrayImage::from_fn(9, 7, |x, y| Luma([grey(x, y)])).into()),
        ("LA8", GrayAlphaImage::from_fn(9, 7, |x, y| LumaA([grey(x, y), 255])).into()),
        ("L16", ImageBuffer::from_fn(9, 7, |x, y| Luma([wide(x, y)])).into()),
        ("LA16", ImageBuffer::from_fn(9, 7, |x, y| LumaA([wide(x, y), u16::MAX])).into()),
        ("RGB16", ImageBuffer::from_fn(9, 7, |x, y| Rgb([wide(x, y); 3])).into()),
    ];
    let expected: Vec<u8> = (0..7).flat_map(|y| (0..9).flat_map(move |x| [grey(x, y); 3])).collect();
    for (name, picture) in rows {
        let raster = decode(MediaFormat::Png, &encode(&picture, ImageFormat::Png)).unwrap();
        assert_eq!(raster.bgr(), expected, "{name}");
    }
    let jpeg = encode(&GrayImage::from_pixel(9, 7, Luma([180])).into(), ImageFormat::Jpeg);
    assert!(decode(MediaFormat::Jpeg, &jpeg).unwrap().bgr().iter().all(|&byte| byte.abs_diff(180) < 3));
}

#[test]
fn image_with_a_palette_is_looked_up() {
    let palette = vec![255, 0, 0, 0, 255, 0, 0, 0, 255];
    // Two rows of three pixels of two bits, each row after its filter byte.
    let rows = craft::zlib(&[0, 0b0001_1000, 0, 0b1000_0100]);
    let bytes =
        craft::png(&[(b"IHDR", craft::ihdr(3, 2, 2, 3)), (b"PLTE", palette), (b"IDAT", rows), (b"IEND", vec![])]);
    let raster = decode(MediaFormat::Png, &bytes).unwrap();
    let (red, green, blue) = ([0, 0, 255], [0, 255, 0], [255, 0, 0]);
    assert_eq!(raster.bgr(), [red, green, blue, blue, red, green].concat());
}

#[test]
fn image_that_moves_gives_its_first_picture() {
    let (first, second) = (pattern(8, 6), ::image::RgbImage::from_pixel(8, 6, Rgb([1, 2, 3])));
    let rgba = |picture: &::image::RgbImage| DynamicImage::ImageRgb8(picture.clone()).to_rgba8();
    let mut gif = Vec::new();
    GifEncoder::new_with_speed(&mut gif, 1)
        .encode_frames([Frame::new(rgba(&first)), Frame::new(rgba(&second))])
        .unwrap();

    let frame = |picture: &::image::RgbImage| {
        let still = encode(&DynamicImage::ImageRgb8(picture.clone()), ImageFormat::WebP);
        // Offsets, size less one and duration of three bytes each; then a flag against blending.
        let head = [0, 0, 0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 100, 0, 0, 0b10];
        craft::riff_chunk(b"ANMF", &[&head[..], &still[12..]].concat())
    };
    let webp = craft::webp(&[
        craft::riff_chunk(b"VP8X", &[0b10, 0, 0, 0, 7, 0, 0, 5, 0, 0]),
        craft::riff_chunk(b"ANIM", &[0; 6]),
        frame(&first),
        frame(&second),
    ]);

    let rows = |picture: &::image::RgbImage| {
        craft::zlib(&picture.as_raw().chunks(24).flat_map(|row| [&[0][..], row].concat()).collect::<Vec<_>>())
    };
    let control =
        |number: u8| [&[0, 0, 0, number][..], &[0, 0, 0, 8, 0, 0, 0, 6], &[0; 8], &[0, 1, 0, 10, 0, 0]].concat();
    let apng = craft::png(&[
        (b"IHDR", craft::ihdr(8, 6, 8, 2)),
        (b"acTL", vec![0, 0, 0, 2, 0, 0, 0, 0]),
        (b"fcTL", control(0)),
        (b"IDAT", rows(&first)),
        (b"fcTL", control(1)),
        (b"fdAT", [vec![0, 0, 0, 2], rows(&second)].concat()),
        (b"IEND", vec![]),
    ]);

    for (format, bytes) in [(MediaFormat::Gif, gif), (MediaFormat::Webp, webp), (MediaFormat::Png, apng)] {
        let pictures = open(&media(format, &bytes), &ImageLimits::default()).unwrap();
        assert_eq!(pictures.pages(), 1, "{format}");
        assert_eq!(pictures.decode(0).unwrap().bgr(), bgr_of(&first), "{format}");
    }
}

#[test]
fn image_density_is_told_in_dots_per_inch() {
    let jpeg = |density: PixelDensity| {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new(&mut bytes);
        encoder.set_pixel_density(density);
        encoder.encode_image(&pattern(4, 4)).unwrap();
        bytes
    };
    let metric = PixelDensity { density: (118, 118), unit: ::image::codecs::jpeg::PixelDensityUnit::Centimeters };
    let png = |unit: u8| {
        let density = [&11_811_u32.to_be_bytes()[..], &11_811_u32.to_be_bytes(), &[unit]].concat();
        let pixels = craft::zlib(&[0, 9]);
        craft::png(&[(b"IHDR", craft::ihdr(1, 1, 8, 0)), (b"pHYs", density), (b"IDAT", pixels), (b"IEND", vec![])])
    };
    let rows = [
        ("JPEG by the inch", MediaFormat::Jpeg, jpeg(PixelDensity::dpi(200)), Some(200)),
        ("JPEG by the centimetre", MediaFormat::Jpeg, jpeg(metric), Some(300)),
        ("PNG by the metre", MediaFormat::Png, png(1), Some(300)),
        ("PNG of unknown unit", MediaFormat::Png, png(0), None),
        ("BMP", MediaFormat::Bmp, encode(&pattern(2, 2).into(), ImageFormat::Bmp), None),
    ];
    for (name, format, bytes, expected) in rows {
        let pictures = open(&media(format, &bytes), &ImageLimits::default()).unwrap();
        assert_eq!(pictures.dpi(0), expected, "{name}");
        assert_eq!(pictures.dpi(1), None, "{name}");
        assert_failure(pictures.decode(1), &FailureKind::Unknown, &["no page 2", "has 1"], name);
    }
}

#[test]
fn image_work_is_refused_for_other_media() {
    assert_failure(decode(MediaFormat::Pdf, b"%PDF-1.7"), &FailureKind::UnsupportedMedium, &["pdf", "PNG"], "a PDF");
}

//! Pictures made in the tests, and what must become of them.

mod craft;
mod drawing;
mod finishing;
mod fitting;
mod formats;
mod hostile;
mod orientation;
mod shared;
mod spooled;
mod tiffs;
mod transparency;

use ::image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, Raster};

use super::{ImageLimits, open};

fn media(format: MediaFormat, bytes: &[u8]) -> Media {
    Media { format, blob: Blob::in_memory(bytes.to_vec()) }
}

fn decode(format: MediaFormat, bytes: &[u8]) -> Result<Raster, Failure> {
    open(&media(format, bytes), &ImageLimits::default())?.decode(0)
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// No two neighbours alike, so that a shifted or swapped pixel shows and no encoder shrinks it away.
fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 37 + y * 101) as u8, (x * x * 7 + y * 13) as u8, (x * 59 + y * y * 3) as u8])
    })
}

fn bgr_of(picture: &RgbImage) -> Vec<u8> {
    picture.pixels().flat_map(|&Rgb([red, green, blue])| [blue, green, red]).collect()
}

fn mean_difference(left: &[u8], right: &[u8]) -> f64 {
    assert_eq!(left.len(), right.len());
    let sum: u64 = left.iter().zip(right).map(|(&left, &right)| u64::from(left.abs_diff(right))).sum();
    sum as f64 / left.len() as f64
}

fn assert_failure<T: std::fmt::Debug>(result: Result<T, Failure>, kind: &FailureKind, words: &[&str], case: &str) {
    let failure = result.expect_err(case);
    assert_eq!(failure.kind, *kind, "{case}: {failure}");
    for word in words {
        assert!(failure.detail.contains(word), "{case}: {failure} does not say {word:?}");
    }
}

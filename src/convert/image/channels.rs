//! Samples of eight bits become blue, green, red.
//!
//! The common case, RGB, is swapped in place; only grey needs a new buffer. Knows no file format and
//! no sample wider than a byte.

use super::alpha;

/// What the samples of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// Zero is black.
    Grey,
    /// Grey and coverage.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue and coverage, not multiplied into the colours.
    RgbAlpha,
    /// Inks: zero is none.
    Cmyk,
    /// Luma and chroma of full range, as in JFIF.
    YCbCr,
}

impl Channels {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb | Self::YCbCr => 3,
            Self::RgbAlpha | Self::Cmyk => 4,
        }
    }
}

/// Decoded samples: `stride` bytes a pixel, of which the first are the channels.
pub(super) struct Pixels {
    pub(super) samples: Vec<u8>,
    pub(super) channels: Channels,
    pub(super) stride: usize,
}

impl Pixels {
    pub(super) fn into_bgr(self) -> Vec<u8> {
        let Self { samples, channels, stride } = self;
        match channels {
            Channels::Grey => {
                let mut bgr = Vec::with_capacity(samples.len() / stride * 3);
                samples.chunks_exact(stride).for_each(|pixel| bgr.extend([pixel[0]; 3]));
                bgr
            }
            Channels::GreyAlpha => {
                let grey_alpha = |pixel: &[u8]| [pixel[0], pixel[0], pixel[0], pixel[1]];
                flatten(samples.chunks_exact(stride).flat_map(grey_alpha).collect())
            }
            Channels::Rgb if stride == 3 => swapped(samples),
            Channels::Rgb => in_place(samples, stride, |pixel| [pixel[2], pixel[1], pixel[0]]),
            Channels::RgbAlpha => flatten(samples),
            Channels::Cmyk => in_place(samples, stride, |pixel| {
                let left = |ink: u8| fraction(255 - ink, 255 - pixel[3]);
                [left(pixel[2]), left(pixel[1]), left(pixel[0])]
            }),
            Channels::YCbCr => in_place(samples, stride, |pixel| bgr_of_ycbcr([pixel[0], pixel[1], pixel[2]])),
        }
    }
}

fn swapped(mut samples: Vec<u8>) -> Vec<u8> {
    for pixel in samples.as_chunks_mut::<3>().0 {
        pixel.swap(0, 2);
    }
    samples
}

fn flatten(rgba: Vec<u8>) -> Vec<u8> {
    let backdrop = alpha::backdrop(&rgba);
    in_place(rgba, 4, |pixel| {
        let over = |colour: u8| fraction(colour, pixel[3]) + fraction(backdrop, 255 - pixel[3]);
        match pixel[3] {
            255 => [pixel[2], pixel[1], pixel[0]],
            0 => [backdrop; 3],
            _ => [over(pixel[2]), over(pixel[1]), over(pixel[0])],
        }
    })
}

/// `value` × `part` / 255, rounded down so that two complementary parts never pass 255.
fn fraction(value: u8, part: u8) -> u8 {
    u8::try_from(u16::from(value) * u16::from(part) / 255).expect("a product of two bytes over 255 is a byte")
}

/// Writes three bytes where `stride` (three or more) were read, then gives the rest of the buffer back.
fn in_place(mut samples: Vec<u8>, stride: usize, bgr: impl Fn(&[u8]) -> [u8; 3]) -> Vec<u8> {
    let pixels = samples.len() / stride;
    for index in 0..pixels {
        let pixel = bgr(&samples[index * stride..(index + 1) * stride]);
        samples[index * 3..index * 3 + 3].copy_from_slice(&pixel);
    }
    samples.truncate(pixels * 3);
    samples.shrink_to_fit();
    samples
}

/// ITU-R BT.601 at full range (JFIF 1.02), in 1/65536.
fn bgr_of_ycbcr([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    let (luma, blue, red) = (i32::from(luma) << 16, i32::from(blue) - 128, i32::from(red) - 128);
    let byte = |value: i32| u8::try_from(((value + (1 << 15)) >> 16).clamp(0, 255)).expect("clamped to a byte");
    [byte(luma + 116_130 * blue), byte(luma - 22_554 * blue - 46_802 * red), byte(luma + 91_881 * red)]
}

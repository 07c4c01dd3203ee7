//! Some pictures of an animation (GIF, WebP, APNG), evenly spread, each with its time and made to fit.
//!
//! All pictures are decoded, since each builds on those before it, but only as many are kept as are wanted, twice at most.
//! Blocking work.

use std::time::Duration;

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, Frame, Frames, ImageDecoder, ImageResult, Limits};
use mediary_core::{Failure, Media, MediaFormat, Raster};

use super::channels::{Channels, Pixels};
use super::fit::{Fit, fit_raster};
use super::{ImageLimits, input, refuse, webp};

/// So many pixels of all pictures together are decoded; what comes after them is left out.
const MOST_PIXELS: u64 = 2_000_000_000;

/// A picture of an animation.
#[derive(Debug, Clone)]
pub struct Still {
    /// When it is seen.
    pub at: Duration,
    /// The picture, a JPEG.
    pub picture: Media,
}

/// At most `most` pictures of an animation, and how long it takes. Transparency is laid over a backdrop.
///
/// # Errors
/// `UnsupportedMedium` for a format without animations, `TooLarge` past a limit, `Unreadable` when it is damaged.
pub fn stills(media: &Media, limits: &ImageLimits, most: usize, fit: &Fit) -> Result<(Vec<Still>, Duration), Failure> {
    let format = media.format;
    limits.check_bytes(format, media.blob.len_bytes())?;
    refuse::guarded(format, || {
        let mut strict = Limits::no_limits();
        strict.max_image_width = Some(limits.max_side_px);
        strict.max_image_height = Some(limits.max_side_px);
        strict.max_alloc = Some(limits.max_decoded_bytes());
        let (frames, (width, height)) = frames(media, limits, &strict)?;
        let pixels = u64::from(width) * u64::from(height);
        let most_frames = usize::try_from(MOST_PIXELS / pixels.max(1)).unwrap_or(usize::MAX);
        let read = |frame: ImageResult<Frame>| {
            let frame = frame.map_err(|error| refuse::image(format, limits, &error))?;
            Ok((Duration::from(frame.delay()), frame.into_buffer()))
        };
        let (kept, length) = Spread::new(most.max(1)).of(frames.take(most_frames.max(1)), read, |buffer| {
            let (width, height) = buffer.dimensions();
            let bgr = Pixels { samples: buffer.into_raw(), channels: Channels::RgbAlpha, stride: 4 }.into_bgr();
            let raster = Raster::from_bgr(width, height, bgr).ok_or_else(|| refuse::damaged(format, "it is empty"))?;
            fit_raster(&raster, fit)
        })?;
        Ok((kept.into_iter().map(|(at, picture)| Still { at, picture }).collect(), length))
    })
}

fn frames<'a>(media: &'a Media, limits: &ImageLimits, strict: &Limits) -> Result<(Frames<'a>, (u32, u32)), Failure> {
    let format = media.format;
    let refused = |error| refuse::image(format, limits, &error);
    let mut input = input::reader(&media.blob, format)?;
    let checked = |(width, height)| limits.check_size(format, width, height).map(|()| (width, height));
    match format {
        MediaFormat::Gif => {
            let mut decoder = GifDecoder::new(input).map_err(refused)?;
            let size = checked(decoder.dimensions())?;
            decoder.set_limits(strict.clone()).map_err(refused)?;
            Ok((decoder.into_frames(), size))
        }
        MediaFormat::Webp => {
            webp::check_chunks(&mut *input, limits)?;
            let decoder = WebPDecoder::new(input).map_err(refused)?;
            let size = checked(decoder.dimensions())?;
            Ok((decoder.into_frames(), size))
        }
        MediaFormat::Png => {
            let decoder = PngDecoder::with_limits(input, strict.clone()).map_err(refused)?;
            let size = checked(decoder.dimensions())?;
            Ok((decoder.apng().map_err(refused)?.into_frames(), size))
        }
        _ => Err(Failure::unsupported(format!("{format} has no animations"))),
    }
}

/// Keeps every so-manieth of a number of things that is not known beforehand: each time that twice as many are kept as
/// are wanted, every second one goes.
struct Spread {
    most: usize,
    every: usize,
}

impl Spread {
    fn new(most: usize) -> Self {
        Self { most, every: 1 }
    }

    /// `read` gives how long each is seen; `keep` makes what is kept of it, before the next one is read.
    fn of<F, P, T>(
        mut self,
        all: impl Iterator<Item = F>,
        mut read: impl FnMut(F) -> Result<(Duration, P), Failure>,
        mut keep: impl FnMut(P) -> Result<T, Failure>,
    ) -> Result<(Vec<(Duration, T)>, Duration), Failure> {
        let mut kept: Vec<(Duration, T)> = Vec::new();
        let mut at = Duration::ZERO;
        for (index, next) in all.enumerate() {
            let (delay, picture) = match read(next) {
                Ok(read) => read,
                // What was seen before the damage was seen.
                Err(_) if !kept.is_empty() => break,
                Err(failure) => return Err(failure),
            };
            if index.is_multiple_of(self.every) {
                kept.push((at, keep(picture)?));
            }
            if kept.len() >= 2 * self.most {
                let mut index = 0;
                kept.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.every *= 2;
            }
            at += delay;
        }
        let count = kept.len();
        let chosen: Vec<usize> = (0..self.most.min(count)).map(|step| step * count / self.most.min(count)).collect();
        let mut index = 0;
        kept.retain(|_| {
            index += 1;
            chosen.contains(&(index - 1))
        });
        Ok((kept, at))
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Delay, Rgba, RgbaImage};
    use mediary_core::Blob;

    use super::*;

    const FIT: Fit =
        Fit { longest_side_px: 32, max_bytes: None, quality: 90, least_quality: 60, shrink: 0.7, steps: 2, png: false };

    /// Of so many pictures, each a tenth of a second long and lighter than the one before.
    fn gif(count: u8) -> Media {
        let mut file = Vec::new();
        let mut encoder = GifEncoder::new(&mut file);
        for index in 0..count {
            let grey = index * 10;
            let picture = RgbaImage::from_pixel(64, 48, Rgba([grey, grey, grey, 255]));
            encoder.encode_frame(Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
        }
        drop(encoder);
        Media { format: MediaFormat::Gif, blob: Blob::in_memory(file) }
    }

    #[test]
    fn pictures_of_an_animation_are_evenly_spread_and_have_their_times() {
        let rows: [(u8, usize, &[u64]); 5] =
            [(1, 6, &[0]), (4, 6, &[0, 100, 200, 300]), (20, 4, &[0, 400, 800, 1200]), (20, 1, &[0]), (2, 1, &[0])];
        for (count, most, expected) in rows {
            let (stills, length) = stills(&gif(count), &ImageLimits::default(), most, &FIT).unwrap();
            let times: Vec<u64> = stills.iter().map(|still| still.at.as_millis() as u64).collect();
            assert_eq!(
                (times.as_slice(), length.as_millis()),
                (expected, u128::from(count) * 100),
                "{most} of {count}"
            );
            for still in &stills {
                let picture =
                    image::load_from_memory(still.picture.blob.source().bytes().unwrap()).unwrap().into_luma8();
                assert_eq!(picture.dimensions(), (32, 24));
                let expected = (still.at.as_millis() / 10) as i32;
                assert!((i32::from(picture.get_pixel(9, 9).0[0]) - expected).abs() < 4);
            }
        }
    }

    #[test]
    fn an_animation_that_breaks_off_is_shown_as_far_as_it_goes_and_one_that_is_none_is_refused() {
        let whole = gif(20);
        let bytes = whole.blob.source().bytes().unwrap();
        let cut = Media { blob: Blob::in_memory(bytes[..bytes.len() / 2].to_vec()), ..whole.clone() };
        assert!(!stills(&cut, &ImageLimits::default(), 6, &FIT).unwrap().0.is_empty());
        let small = ImageLimits { max_pixels: 100, ..ImageLimits::default() };
        assert!(stills(&whole, &small, 6, &FIT).is_err());
        let empty = Media { blob: Blob::in_memory(b"GIF89a".to_vec()), ..whole };
        assert!(stills(&empty, &ImageLimits::default(), 6, &FIT).is_err());
    }
}

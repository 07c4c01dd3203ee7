//! The pictures of one file: opened by its header, decoded one at a time.
//!
//! Sends TIFF one way and the formats of a single picture the other; keeps no pixels.

use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Raster};

use super::alpha::Clear;
use super::density::Density;
use super::resize::resized;
use super::{ImageLimits, coded, header, input, refuse, tiff};

/// A picture file whose header was read and found to be within the limits.
#[derive(Debug, Clone)]
pub struct Pictures {
    media: Media,
    limits: ImageLimits,
    contents: Contents,
}

#[derive(Debug, Clone)]
enum Contents {
    One { density: Option<Density>, weight: u64 },
    Pages(Vec<tiff::Page>),
}

/// Reads the header of a picture file, of a TIFF those of all its pages.
///
/// # Errors
/// `UnsupportedMedium` for what is no picture, `TooLarge` past a limit, `Unreadable` for a header
/// that is damaged or that the decoders cannot make sense of.
pub fn open(media: &Media, limits: &ImageLimits) -> Result<Pictures, Failure> {
    let format = media.format;
    if format.kind() != MediaKind::Image {
        return Err(Failure::unsupported(format!(
            "{format} is not a picture format; send a PNG, JPEG, WebP, GIF, TIFF or BMP"
        )));
    }
    limits.check_bytes(format, media.blob.len_bytes())?;
    let contents = refuse::guarded(format, || {
        let input = input::reader(&media.blob, format)?;
        if format == MediaFormat::Tiff {
            return Ok(Contents::Pages(tiff::pages(input, limits)?));
        }
        let weight = coded::check_header(format, input, limits)?;
        Ok(Contents::One { density: header::dots_per_inch(format, media.blob.head()), weight })
    })?;
    Ok(Pictures { media: media.clone(), limits: *limits, contents })
}

impl Pictures {
    /// The file they are in.
    pub(crate) fn media(&self) -> &Media {
        &self.media
    }

    /// How many pictures there are: one, or the pages of a TIFF without its thumbnails.
    #[must_use]
    pub fn pages(&self) -> usize {
        match &self.contents {
            Contents::One { .. } => 1,
            Contents::Pages(pages) => pages.len(),
        }
    }

    /// How many pixels decoding one picture takes, those that need more than four bytes counted for more. Nothing without
    /// such a page.
    #[must_use]
    pub fn weight(&self, index: usize) -> u64 {
        match &self.contents {
            Contents::One { weight, .. } => *weight,
            Contents::Pages(pages) => pages.get(index).map_or(0, tiff::Page::weight),
        }
    }

    /// The dots per inch of a decoded picture, as the file claims. Programs that do not know write 72
    /// or 96, so a low number is a habit rather than a measure.
    #[must_use]
    pub fn dpi(&self, index: usize) -> Option<u32> {
        self.density(index).map(Density::square)
    }

    /// One picture with its transparency; `None` where it has none, or none that is kept.
    pub(super) fn decode_clear(&self, index: usize) -> Result<Option<Clear>, Failure> {
        let format = self.media.format;
        match &self.contents {
            Contents::One { .. } if index == 0 => {
                refuse::guarded(format, || coded::decode_clear(format, &self.media.blob, &self.limits))
            }
            Contents::One { .. } | Contents::Pages(_) => Ok(None),
        }
    }

    fn density(&self, index: usize) -> Option<Density> {
        match &self.contents {
            Contents::One { density, .. } => density.filter(|_| index == 0),
            Contents::Pages(pages) => pages.get(index)?.density,
        }
    }

    /// One picture that is going to be scaled down to this many pixels a side: a JPEG may come with fewer than it has, but
    /// with no fewer than that.
    ///
    /// # Errors
    /// As [`Pictures::decode`].
    pub(super) fn decode_for(&self, index: usize, longest_px: u32) -> Result<Raster, Failure> {
        let format = self.media.format;
        let is_square = self.density(index).and_then(|density| density.squared(1, 1)).is_none();
        if index == 0 && format == MediaFormat::Jpeg && is_square {
            let small = refuse::guarded(format, || coded::decode_small(&self.media.blob, &self.limits, longest_px))?;
            if let Some(raster) = small {
                return Ok(raster);
            }
        }
        self.decode(index)
    }

    /// Decodes one picture, counted from zero: upright, opaque, eight bits a channel, its dots square (those of
    /// faxes are not).
    ///
    /// Blocking work; holds no more than this picture in memory.
    ///
    /// # Errors
    /// `Unknown` without such a page, `Unreadable` when the picture is damaged or uses what the
    /// decoders lack, `TooLarge` when decoding runs into a limit after all.
    pub fn decode(&self, index: usize) -> Result<Raster, Failure> {
        let format = self.media.format;
        let missing = || {
            let (page, pages) = (index + 1, self.pages());
            Failure::new(FailureKind::Unknown, format!("there is no page {page}; the {format} has {pages}"))
        };
        refuse::guarded(format, || {
            let blob = &self.media.blob;
            let raster = match &self.contents {
                Contents::One { .. } if index > 0 => return Err(missing()),
                Contents::One { .. } => coded::decode(format, blob, &self.limits)?,
                Contents::Pages(pages) => tiff::decode(blob, pages.get(index).ok_or_else(missing)?, &self.limits)?,
            };
            let squared = self.density(index).and_then(|density| density.squared(raster.width(), raster.height()));
            match squared {
                Some((width, height)) => {
                    self.limits.check_size(format, width, height)?;
                    resized(&raster, width, height)
                }
                None => Ok(raster),
            }
        })
    }
}

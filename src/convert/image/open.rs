//! The pictures of one file: opened by its header, decoded one at a time.
//!
//! Sends TIFF one way and the formats of a single picture the other; keeps no pixels.

use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Raster};

use super::{ImageLimits, coded, density, input, refuse, tiff};

/// A picture file whose header was read and found to be within the limits.
#[derive(Debug, Clone)]
pub struct Pictures {
    media: Media,
    limits: ImageLimits,
    contents: Contents,
}

#[derive(Debug, Clone)]
enum Contents {
    One { dpi: Option<u32> },
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
        coded::check_header(format, input, limits)?;
        Ok(Contents::One { dpi: density::dots_per_inch(format, media.blob.head()) })
    })?;
    Ok(Pictures { media: media.clone(), limits: *limits, contents })
}

impl Pictures {
    /// How many pictures there are: one, or the pages of a TIFF without its thumbnails.
    #[must_use]
    pub fn pages(&self) -> usize {
        match &self.contents {
            Contents::One { .. } => 1,
            Contents::Pages(pages) => pages.len(),
        }
    }

    /// The dots per inch that the file claims, along the width. Programs that do not know write 72
    /// or 96, so a low number is a habit rather than a measure.
    #[must_use]
    pub fn dpi(&self, index: usize) -> Option<u32> {
        match &self.contents {
            Contents::One { dpi } => dpi.filter(|_| index == 0),
            Contents::Pages(pages) => pages.get(index)?.dpi,
        }
    }

    /// Decodes one picture, counted from zero: upright, opaque, eight bits a channel.
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
            match &self.contents {
                Contents::One { .. } if index > 0 => Err(missing()),
                Contents::One { .. } => coded::decode(format, blob, &self.limits),
                Contents::Pages(pages) => tiff::decode(blob, pages.get(index).ok_or_else(missing)?, &self.limits),
            }
        })
    }
}

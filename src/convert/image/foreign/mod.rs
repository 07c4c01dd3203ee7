//! Pictures that nothing in this process decodes become plain ones, each in a child process: AVIF by ffmpeg, HEIC by
//! `heif-convert`, SVG by a worker of our own.
//!
//! What a file says of its size is held against the limits first. What comes back is a PNG or JPEG without metadata,
//! which is opened like any other.

mod heif;
mod svg;

use std::path::PathBuf;

use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat};

use super::{ImageLimits, header, refuse};
use crate::av::{AvInput, Ffmpeg};
use crate::{Program, on_disk::OnDisk};
pub use svg::run_svg_worker;

/// Programs that decode what is foreign here.
#[derive(Debug, Clone, Default)]
pub struct Foreign {
    /// For AVIF.
    pub ffmpeg: Option<Ffmpeg>,
    /// `heif-convert`, for HEIC.
    pub heif: Option<Program>,
    /// The `mediary` executable, whose worker draws SVG.
    pub program: Option<PathBuf>,
}

impl Foreign {
    /// Whether a format is none that this process decodes.
    #[must_use]
    pub fn is_foreign(format: MediaFormat) -> bool {
        matches!(format, MediaFormat::Avif | MediaFormat::Heic | MediaFormat::Svg)
    }

    /// What is missing here to open a format, as a sentence with what to do; `None`: nothing.
    #[must_use]
    pub fn missing(&self, format: MediaFormat) -> Option<&'static str> {
        match format {
            MediaFormat::Avif if self.ffmpeg.is_none() => {
                Some("AVIF is opened by ffmpeg, which is not on the search path; install it and start Mediary anew")
            }
            MediaFormat::Heic if self.heif.is_none() => Some(
                "HEIC is opened by heif-convert (Debian: libheif-examples), which is not on the search path; install it \
                 and start Mediary anew",
            ),
            MediaFormat::Svg if self.program.is_none() => Some("SVG is drawn by a worker, which is not there"),
            _ => None,
        }
    }

    /// The pixels that opening a picture may take, as far as its beginning tells.
    ///
    /// # Errors
    /// `TooLarge` past a limit.
    pub fn weight(media: &Media, limits: &ImageLimits) -> Result<u64, Failure> {
        limits.check_bytes(media.format, media.blob.len_bytes())?;
        if media.format == MediaFormat::Svg {
            return Ok(svg::MOST_PIXELS);
        }
        let Some((width, height)) = header::size(media) else {
            return Err(refuse::damaged(media.format, "it does not say how large its picture is"));
        };
        limits.check_size(media.format, width, height)?;
        Ok(u64::from(width) * u64::from(height))
    }

    /// The picture as one that this process decodes. [`Foreign::weight`] is to be asked first.
    ///
    /// # Errors
    /// `NotInstalled` without the program for it, `Unreadable` when it is damaged, `TimedOut` when it takes too long.
    pub async fn plain(&self, media: &Media, limits: &ImageLimits) -> Result<Media, Failure> {
        let missing = || {
            let what = self.missing(media.format).unwrap_or("it is no picture that needs another program");
            Failure::new(FailureKind::NotInstalled, what)
        };
        let media = media.clone();
        // No picture of so many pixels is larger as a PNG.
        let most_bytes = Self::weight(&media, limits)?.saturating_mul(4) + (1 << 20);
        let (format, file) = match (media.format, &self.ffmpeg, &self.heif, &self.program) {
            (MediaFormat::Avif, Some(ffmpeg), _, _) => {
                let input = aside(move || AvInput::of(&media)).await?;
                let ffmpeg = ffmpeg.clone().up_to_pixels(limits.max_pixels);
                (MediaFormat::Png, ffmpeg.still(&input, most_bytes).await?)
            }
            (MediaFormat::Heic, _, Some(heif), _) => {
                let input = aside(move || OnDisk::of(&media)).await?;
                (MediaFormat::Jpeg, heif::jpeg(heif, &input, most_bytes).await?)
            }
            (MediaFormat::Svg, _, _, Some(program)) => {
                let input = aside(move || OnDisk::of(&media)).await?;
                (MediaFormat::Png, svg::drawn(program, &input, most_bytes).await?)
            }
            _ => return Err(missing()),
        };
        let plain = Media { format, blob: Blob::in_memory(file) };
        // The program has turned the picture as it is to be seen; what it copied of its metadata would turn it again.
        Ok(super::metadata::without(&plain).unwrap_or(plain))
    }
}

/// Work with files, off the threads that serve connections.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    #[expect(clippy::disallowed_methods, reason = "awaited at once and short: one file of one picture")]
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Failure::broken("a picture could not be written to the temporary folder"))?
}

//! A sound or video as ffmpeg is given it: a file, and the format it is known to have.
//!
//! ffmpeg reads videos from both ends, so a pipe will not do; what is in memory is written to a temporary file that goes
//! with this value.

use std::path::Path;

use mediary_core::{Failure, Media, MediaFormat};

use crate::on_disk::OnDisk;

/// A file for ffmpeg.
#[derive(Debug)]
pub struct AvInput {
    file: OnDisk,
    demuxer: &'static str,
    format: MediaFormat,
}

impl AvInput {
    /// Puts a sound or video where ffmpeg can read it. Blocking work.
    ///
    /// # Errors
    /// `UnsupportedMedium` for another medium; `Broken` when the temporary file cannot be written.
    pub fn of(media: &Media) -> Result<Self, Failure> {
        let format = media.format;
        let demuxer = demuxer(format).ok_or_else(|| {
            Failure::unsupported(format!("{format} is neither a sound nor a video; send such a file"))
        })?;
        let file = OnDisk::of(media)?;
        Ok(Self { file, demuxer, format })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// What ffmpeg calls its format. Named rather than guessed: what a file's bytes were classified as is what it is
    /// read as, and no playlist inside of one leads to other files.
    pub(super) fn demuxer(&self) -> &'static str {
        self.demuxer
    }

    pub(super) fn format(&self) -> MediaFormat {
        self.format
    }
}

fn demuxer(format: MediaFormat) -> Option<&'static str> {
    Some(match format {
        MediaFormat::Wav => "wav",
        MediaFormat::Mp3 => "mp3",
        MediaFormat::Flac => "flac",
        MediaFormat::Opus | MediaFormat::Vorbis => "ogg",
        MediaFormat::M4a | MediaFormat::Mp4 | MediaFormat::Mov => "mov",
        MediaFormat::Aac => "aac",
        MediaFormat::Webm | MediaFormat::Mkv => "matroska",
        // Not a video, but in the container of one.
        MediaFormat::Avif => "mov",
        MediaFormat::Avi => "avi",
        MediaFormat::Mpeg => "mpeg",
        MediaFormat::Ts => "mpegts",
        MediaFormat::Flv => "flv",
        MediaFormat::Wmv => "asf",
        MediaFormat::Ogv => "ogg",
        MediaFormat::Png
        | MediaFormat::Jpeg
        | MediaFormat::Webp
        | MediaFormat::Gif
        | MediaFormat::Tiff
        | MediaFormat::Bmp
        | MediaFormat::Heic
        | MediaFormat::Svg
        | MediaFormat::Pdf
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => return None,
    })
}

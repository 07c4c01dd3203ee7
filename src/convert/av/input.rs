//! A sound or video as ffmpeg is given it: a file, and the format it is known to have.
//!
//! ffmpeg reads videos from both ends, so a pipe will not do; what is in memory is written to a temporary file that goes
//! with this value.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mediary_core::{Blob, Failure, Media, MediaFormat};
use tempfile::TempPath;

/// A file for ffmpeg.
#[derive(Debug)]
pub struct AvInput {
    file: Kept,
    demuxer: &'static str,
    format: MediaFormat,
}

#[derive(Debug)]
enum Kept {
    /// The blob's own file, which stays as long as the blob does.
    Spooled {
        path: PathBuf,
        _blob: Blob,
    },
    Written(TempPath),
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
        let file = match media.blob.source().path() {
            Some(path) => Kept::Spooled { path: path.to_owned(), _blob: media.blob.clone() },
            None => Kept::Written(written(&media.blob).map_err(|error| {
                Failure::broken(format!("the {format} cannot be written to the temporary folder: {error}"))
            })?),
        };
        Ok(Self { file, demuxer, format })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match &self.file {
            Kept::Spooled { path, .. } => path,
            Kept::Written(path) => path,
        }
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

fn written(blob: &Blob) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("mediary-av-").tempfile()?;
    match blob.source().bytes() {
        Some(bytes) => file.write_all(bytes)?,
        None => {
            io::copy(&mut blob.source().open()?, &mut file)?;
        }
    }
    file.flush()?;
    Ok(file.into_temp_path())
}

fn demuxer(format: MediaFormat) -> Option<&'static str> {
    Some(match format {
        MediaFormat::Wav => "wav",
        MediaFormat::Mp3 => "mp3",
        MediaFormat::Flac => "flac",
        MediaFormat::Opus | MediaFormat::Vorbis => "ogg",
        MediaFormat::M4a | MediaFormat::Mp4 | MediaFormat::Mov => "mov",
        MediaFormat::Aac => "aac",
        MediaFormat::Aiff => "aiff",
        MediaFormat::Caf => "caf",
        MediaFormat::Amr => "amr",
        MediaFormat::Wma => "asf",
        MediaFormat::Webm | MediaFormat::Mkv => "matroska",
        MediaFormat::Avi => "avi",
        MediaFormat::Png
        | MediaFormat::Jpeg
        | MediaFormat::Webp
        | MediaFormat::Gif
        | MediaFormat::Tiff
        | MediaFormat::Bmp
        | MediaFormat::Pdf
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => return None,
    })
}

//! A sound or video as ffmpeg is given it: an open file, and the format it is known to have.
//!
//! ffmpeg reads videos from both ends, so a pipe will not do. It finds the file at its own standard input, so that the file
//! needs no name; what is in memory is written to one that goes with this value.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::process::Stdio;

use mediary_core::{Blob, Failure, Media, MediaFormat};

/// A file for ffmpeg.
#[derive(Debug)]
pub struct AvInput {
    file: File,
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
        let file = match media.blob.source().file() {
            Some(file) => file.try_clone_to_owned().map(File::from),
            None => written(&media.blob),
        };
        let file = file.map_err(|error| {
            Failure::broken(format!("the {format} cannot be kept in the temporary folder: {error}"))
        })?;
        Ok(Self { file, demuxer, format })
    }

    /// Where a run finds it that has it for its standard input.
    pub(super) const PATH: &str = if cfg!(target_os = "linux") { "/proc/self/fd/0" } else { "/dev/fd/0" };

    /// The file as the standard input of a run.
    ///
    /// # Errors
    /// `Broken` when the system gives no further descriptor.
    pub(crate) fn as_input(&self) -> Result<Stdio, Failure> {
        let again = || {
            let mut file = self.file.try_clone()?;
            // Linux opens it anew; elsewhere all runs share one place in it.
            file.rewind()?;
            io::Result::Ok(file.into())
        };
        again().map_err(|error| Failure::broken(format!("the {} cannot be handed to ffmpeg: {error}", self.format)))
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

fn written(blob: &Blob) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    match blob.source().bytes() {
        Some(bytes) => file.write_all(bytes)?,
        None => {
            io::copy(&mut blob.source().open()?, &mut file)?;
        }
    }
    Ok(file)
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
        MediaFormat::Mp2 => "mp3",
        MediaFormat::Ac3 => "ac3",
        MediaFormat::Au => "au",
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
        | MediaFormat::Docx
        | MediaFormat::Xlsx
        | MediaFormat::Xlsb
        | MediaFormat::Pptx
        | MediaFormat::Doc
        | MediaFormat::Xls
        | MediaFormat::Ppt
        | MediaFormat::Odt
        | MediaFormat::Ods
        | MediaFormat::Odp
        | MediaFormat::Rtf
        | MediaFormat::Epub
        | MediaFormat::Eml
        | MediaFormat::Msg
        | MediaFormat::Zip
        | MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Tsv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => return None,
    })
}

//! A medium as a file that another program can be given: its own where it is spooled, else a temporary one that goes with
//! this value.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mediary_core::{Blob, Failure, Media};
use tempfile::TempPath;

/// A file for another program.
#[derive(Debug)]
pub(crate) enum OnDisk {
    /// The blob's own file, which stays as long as the blob does.
    Spooled {
        path: PathBuf,
        _blob: Blob,
    },
    Written(TempPath),
}

impl OnDisk {
    /// Puts a medium where another program can read it. Blocking work.
    ///
    /// # Errors
    /// `Broken` when the temporary file cannot be written.
    pub(crate) fn of(media: &Media) -> Result<Self, Failure> {
        Ok(match media.blob.source().path() {
            Some(path) => Self::Spooled { path: path.to_owned(), _blob: media.blob.clone() },
            None => Self::Written(written(&media.blob).map_err(|error| {
                let format = media.format;
                Failure::broken(format!("the {format} cannot be written to the temporary folder: {error}"))
            })?),
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Spooled { path, .. } => path,
            Self::Written(path) => path,
        }
    }
}

fn written(blob: &Blob) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("mediary-media-").tempfile()?;
    match blob.source().bytes() {
        Some(bytes) => file.write_all(bytes)?,
        None => {
            io::copy(&mut blob.source().open()?, &mut file)?;
        }
    }
    file.flush()?;
    Ok(file.into_temp_path())
}

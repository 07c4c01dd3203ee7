//! A medium as a file with a name, for another program that takes nothing else: a temporary one that goes with this value.

use std::io::{self, Write};
use std::path::Path;

use mediary_core::{Blob, Failure, Media};
use tempfile::TempPath;

/// A file for another program.
#[derive(Debug)]
pub(crate) struct OnDisk(TempPath);

impl OnDisk {
    /// Puts a medium where another program can read it. Blocking work.
    ///
    /// # Errors
    /// `Broken` when the temporary file cannot be written.
    pub(crate) fn of(media: &Media) -> Result<Self, Failure> {
        written(&media.blob).map(Self).map_err(|error| {
            let format = media.format;
            Failure::broken(format!("the {format} cannot be written to the temporary folder: {error}"))
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
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

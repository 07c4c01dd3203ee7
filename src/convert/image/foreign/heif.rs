//! HEIC as a JPEG, by `heif-convert` of libheif.

use std::fs::File;
use std::io::{self, Read};
use std::process::Stdio;
use std::time::Duration;

use mediary_core::Failure;

use crate::child::{self, Program};
use crate::on_disk::OnDisk;

/// The address space of a run: a photograph of 100 megapixels in several planes.
const MEMORY_BYTES: u64 = 2 << 30;
const TIME: Duration = Duration::from_secs(60);
/// What is made smaller afterwards is kept as good as it came.
const QUALITY: &str = "95";
const MOST_OUTPUT_BYTES: u64 = 64 << 10;

pub(super) async fn jpeg(program: &Program, input: &OnDisk, most_bytes: u64) -> Result<Vec<u8>, Failure> {
    let broken = |error: io::Error| Failure::broken(format!("the temporary folder is of no use: {error}"));
    let folder = tempfile::Builder::new().prefix("mediary-heif-").tempdir().map_err(broken)?;
    let output = folder.path().join("picture.jpg");
    let arguments =
        vec!["-q".into(), QUALITY.into(), input.path().as_os_str().to_owned(), output.clone().into_os_string()];
    let command = program.command(MEMORY_BYTES, TIME);
    let run = child::run(command, "heif-convert", arguments, Stdio::null(), MOST_OUTPUT_BYTES, TIME).await?;
    let damaged = || Failure::unreadable("the heic is damaged or of a kind that heif-convert cannot read; send a JPEG");
    if !run.ok {
        return Err(damaged());
    }
    let jpeg = super::aside(move || {
        // Of a file of several pictures each is written, with its number; the first is the main one.
        let file = File::open(&output).or_else(|_| File::open(folder.path().join("picture-1.jpg")));
        let mut jpeg = Vec::new();
        let read = file.map_err(|_| damaged())?.take(most_bytes.saturating_add(1)).read_to_end(&mut jpeg);
        read.map_err(broken)?;
        Ok(jpeg)
    });
    let jpeg = jpeg.await?;
    if jpeg.len() as u64 > most_bytes {
        return Err(Failure::too_large("the heic holds a larger picture than it says; send a JPEG"));
    }
    Ok(jpeg)
}

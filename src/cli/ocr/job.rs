//! `mediary ocr DIR --jobs N -o out.jsonl`: a line of JSON for each of thousands of files, from folders with those below them
//! and from archives; begun again, it goes on where it was.
//!
//! A line is written whole or not at all: what a killed run left of one is cut off by the next. What stands in the file with
//! the same name and the same hash is not read again, unless it had failed.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mediary_core::{Claim, FailureKind, Media, MediaFormat, classify};
use serde::Deserialize;
use uuid::Uuid;

use super::super::{complain, inputs};
use super::report::SOME_FAILED;
use super::{Context, Ocr};
use crate::config::Config;
use crate::gateway::archive::Archive;
use crate::gateway::{Gateway, Spool, blocking};
use crate::protocol::process::{Encoder, Form};

/// A file that is refused for want of room is tried again so often.
const MOST_TRIES: usize = 200;

/// A file to be read.
#[derive(Clone)]
enum Item {
    File(PathBuf),
    /// A file of an archive, by its place there.
    Packed {
        archive: Arc<Mutex<Archive>>,
        index: usize,
        name: String,
    },
}

/// How many files went how.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    read: usize,
    failed: usize,
    skipped: usize,
}

/// What is looked at of a line that was written before.
#[derive(Deserialize)]
struct Known {
    status: String,
    file_name: Option<String>,
    media: Option<KnownMedia>,
}

#[derive(Deserialize)]
struct KnownMedia {
    sha256: String,
}

impl Ocr {
    /// Whether the result is to be lines of JSON.
    pub(super) fn is_job(&self) -> bool {
        self.out.as_ref().and_then(|out| out.extension()).is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"))
    }

    /// Reads all files and writes a line for each.
    pub(super) fn run_job(&self, context: &Context, form: &Form) -> Result<ExitCode, String> {
        let out = self.out.as_deref().ok_or("name a file with -o")?;
        if form.output.is_one_file() || self.draw.is_some() || self.images.is_some() {
            let message = "lines of JSON hold markdown, text or json; leave --output, --draw and --images out";
            return Err(message.to_owned());
        }
        let (gateway, config) = self.opened(context)?;
        let (lines, known) = lines_of(out)?;
        let items = items(&self.inputs, out, &config)?;
        let jobs = self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let bar = progress_bar(items.len());
        let config = Arc::new(config);
        let job = Job { gateway, config, form, encoder: Encoder { output: form.output, detail: form.detail }, known };
        let lines = Mutex::new(lines);
        let tally = runtime.block_on(async {
            let mut tally = Tally::default();
            let mut done = futures_util::stream::iter(items).map(|item| job.line(item)).buffer_unordered(jobs);
            while let Some((outcome, line)) = done.next().await {
                match outcome {
                    Went::Read => tally.read += 1,
                    Went::Skipped => tally.skipped += 1,
                    Went::Failed(why) => {
                        tally.failed += 1;
                        bar.suspend(|| complain(&why));
                    }
                }
                if let Some(line) = line {
                    // One write for a line and its end, so that two runs never mix theirs.
                    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                    lines.write_all(&line).map_err(|error| format!("cannot write {}: {error}", out.display()))?;
                }
                bar.inc(1);
            }
            Ok::<_, String>(tally)
        })?;
        bar.finish_and_clear();
        let Tally { read, failed, skipped } = tally;
        let summary = format!("{read} read, {failed} failed, {skipped} were there already: {}\n", out.display());
        // A terminal that has gone misses the summary only.
        let _ = io::stderr().write_all(summary.as_bytes());
        Ok(match (failed, read + skipped) {
            (0, _) => ExitCode::SUCCESS,
            (_, 0) => ExitCode::FAILURE,
            _ => ExitCode::from(SOME_FAILED),
        })
    }
}

/// How a file went.
enum Went {
    Read,
    Skipped,
    Failed(String),
}

/// What all files are read with.
struct Job<'a> {
    gateway: Gateway,
    config: Arc<Config>,
    form: &'a Form,
    encoder: Encoder,
    known: HashSet<(String, String)>,
}

impl Job<'_> {
    /// Reads a file; what went wrong is its line too.
    async fn line(&self, item: Item) -> (Went, Option<Vec<u8>>) {
        let name = item.name();
        let id = || format!("ocr-{}", Uuid::now_v7());
        let taken = {
            let (item, config) = (item.clone(), self.config.clone());
            blocking::run(move || Ok(item.take_in(&config))).await.unwrap_or_else(|failure| Err(failure.detail))
        };
        let result = match taken {
            Ok(media) if self.known.contains(&(name.clone(), media.blob.hash().to_string())) => {
                return (Went::Skipped, None);
            }
            Ok(media) => self.read(media).await,
            Err(why) => Err(why),
        };
        let (went, body) = match result {
            Ok(reading) => (Went::Read, self.encoder.reading(id(), Some(name), &reading)),
            Err(why) => {
                let body = self.encoder.failed(id(), Some(name.clone()), serde_json::json!({ "message": why }));
                (Went::Failed(format!("{name}: {why}")), body)
            }
        };
        match serde_json::to_vec(&body) {
            Ok(mut line) => {
                line.push(b'\n');
                (went, Some(line))
            }
            Err(error) => (Went::Failed(format!("the result cannot be written: {error}")), None),
        }
    }

    /// Reads a document, again and again while all there is wrong is that there is no room.
    async fn read(&self, media: Media) -> Result<crate::gateway::Reading, String> {
        let mut tries = 0;
        loop {
            match self.gateway.reader.read(media.clone(), &self.form.options, &|_, _| ()).await {
                Ok(reading) => return Ok(reading),
                Err(failure) => match failure.kind {
                    FailureKind::Busy { retry_after } if tries < MOST_TRIES => {
                        tries += 1;
                        tokio::time::sleep(retry_after).await;
                    }
                    _ => return Err(failure.to_string()),
                },
            }
        }
    }
}

impl Item {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Packed { name, .. } => name.clone(),
        }
    }

    fn take_in(&self, config: &Config) -> Result<Media, String> {
        match self {
            Self::File(path) => inputs::take_in(config, path),
            Self::Packed { archive, index, name } => {
                let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
                archive.count_anew();
                let spool = Spool::new(config.limits.spool_bytes.get());
                let blob = archive.unpack(*index, spool).map_err(|failure| failure.to_string())?;
                let claim = Claim { mime: None, file_name: Some(name) };
                classify(blob, claim).map_err(|refusal| refusal.to_string())
            }
        }
    }
}

/// All files of the inputs; an archive counts as the files in it. The result itself is none of them.
fn items(given: &[PathBuf], out: &Path, config: &Config) -> Result<Vec<Item>, String> {
    let own = std::fs::canonicalize(out).ok();
    let mut items = Vec::new();
    for path in inputs::walked(given)? {
        if own.is_some() && std::fs::canonicalize(&path).ok() == own {
            continue;
        }
        match packed(&path, config) {
            Some(archive) => {
                let names: Vec<String> =
                    archive.names().iter().map(|name| format!("{}/{name}", path.display())).collect();
                let archive = Arc::new(Mutex::new(archive));
                let item = |(index, name)| Item::Packed { archive: archive.clone(), index, name };
                items.extend(names.into_iter().enumerate().map(item));
            }
            None => items.push(Item::File(path)),
        }
    }
    Ok(items)
}

/// The archive that a file is, if it is one that can be opened.
fn packed(path: &Path, config: &Config) -> Option<Archive> {
    let mut start = [0; 2];
    io::Read::read_exact(&mut File::open(path).ok()?, &mut start).ok()?;
    if start != *b"PK" {
        return None;
    }
    let media = inputs::take_in(config, path).ok().filter(|media| media.format == MediaFormat::Zip)?;
    // Each of its files is held to the limit by itself: an archive of thousands has no limit as a whole.
    Archive::open(&media.blob, config.limits.archive.bytes.get()).ok()
}

/// The file of lines, open at its end, and what stands in it by name and hash. A line without an end is cut off.
fn lines_of(out: &Path) -> Result<(File, HashSet<(String, String)>), String> {
    let cannot = |error: io::Error| format!("cannot write {}: {error}", out.display());
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(out).map_err(cannot)?;
    let (mut known, mut end, mut line) = (HashSet::new(), 0, Vec::new());
    let mut reader = BufReader::new(&mut file);
    loop {
        line.clear();
        let count = reader.read_until(b'\n', &mut line).map_err(cannot)? as u64;
        if count == 0 || line.last() != Some(&b'\n') {
            break;
        }
        end += count;
        let Ok(Known { status, file_name: Some(name), media: Some(media) }) = serde_json::from_slice(&line) else {
            continue;
        };
        if status != "failed" {
            known.insert((name, media.sha256));
        }
    }
    drop(reader);
    file.set_len(end).map_err(cannot)?;
    file.seek(SeekFrom::End(0)).map_err(cannot)?;
    Ok((file, known))
}

fn progress_bar(files: usize) -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(files as u64), target).with_style(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_known_and_half_a_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.jsonl");
        let line = |name: &str, status: &str| {
            format!("{{\"status\":\"{status}\",\"file_name\":\"{name}\",\"media\":{{\"sha256\":\"h-{name}\"}}}}\n")
        };
        let whole = [line("a", "success"), line("b", "failed"), "no JSON\n".to_owned()].concat();
        std::fs::write(&out, format!("{whole}{{\"status\":\"succ")).unwrap();
        let (mut file, known) = lines_of(&out).unwrap();
        assert_eq!(known, HashSet::from([("a".to_owned(), "h-a".to_owned())]));
        file.write_all(b"next\n").unwrap();
        assert_eq!(std::fs::read_to_string(&out).unwrap(), format!("{whole}next\n"));
    }
}

//! The server's end of one office worker. What the worker says is held against the limits: it may have been taken over.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use mediary_core::{Blob, Failure, MediaFormat};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};

use super::document::{OfficePage, PageFacts, WebPage};
use super::limits::{MAX_PAGES, MAX_PICTURES, OfficeLimits, Refusal};
use super::pool::OfficeSettings;
use super::wire::{Order, Reply, Source};
use crate::kept::{Keep, KeptFile};
use crate::{handover, message};

/// How much is handed over at a time.
const COPY_BYTES: usize = 256 * 1024;
/// Addresses that the allocator reserves at once, in KiB.
const RESERVED_KIB: &str = "8192";

/// A document as a worker sent it, its files kept.
#[derive(Debug, Default)]
pub struct KeptDocument {
    /// Pages, slides, sheets or chapters.
    pub pages: Vec<OfficePage>,
    /// The pictures that its pages show.
    pub pictures: Vec<Blob>,
    /// Files that come with it.
    pub attachments: Vec<KeptFile>,
    /// What a page of the web says of itself.
    pub facts: Option<PageFacts>,
}

/// A file that a worker reads.
#[derive(Debug, Clone, Copy)]
pub struct OfficeFile<'a> {
    /// What it is.
    pub format: MediaFormat,
    /// Its bytes.
    pub blob: &'a Blob,
    /// Set where it is a page of the web that is read as one.
    pub page: Option<&'a WebPage>,
}

/// What went wrong with a worker.
pub(super) enum Broken {
    /// The pipe: it has died.
    Pipe,
    /// What it sent cannot be kept.
    Full(Failure),
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Pipe
    }
}

/// A running worker. Dropping it kills the process.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    _child: Child,
    input: UnixStream,
    output: ChildStdout,
    /// Files it has read since it was started.
    pub(super) files_read: usize,
}

impl WorkerProcess {
    pub(super) fn start(settings: &OfficeSettings) -> io::Result<Self> {
        // A socket, over which open files can be handed.
        let (input, its_input) = UnixStream::pair()?;
        let its_input = its_input.into_std()?;
        its_input.set_nonblocking(false)?;
        let mut child = Command::new(&settings.program)
            .args(["worker", "office", "--memory-bytes", &settings.memory_bytes.to_string()])
            .args(["--seconds", &settings.time.as_secs().max(1).to_string()])
            // A worker needs nothing of ours, least of all keys.
            .env_clear()
            // Our allocator would otherwise reserve more addresses at its start than the worker may have.
            .env("MIMALLOC_ARENA_RESERVE", RESERVED_KIB)
            .stdin(OwnedFd::from(its_input))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("the worker was started without a pipe");
        let output = child.stdout.take().ok_or_else(missing)?;
        Ok(Self { _child: child, input, output, files_read: 0 })
    }

    /// Has a file read.
    pub(super) async fn read(
        &mut self,
        OfficeFile { format, blob, page }: OfficeFile<'_>,
        limits: OfficeLimits,
        keep: &(dyn Fn() -> Box<dyn Keep> + Sync),
    ) -> Result<Result<KeptDocument, Refusal>, Broken> {
        self.files_read += 1;
        if let Some(file) = blob.source().file() {
            let order = message::encode(&Order { format, source: Source::File, limits, page: page.cloned() })?;
            handover::send(&mut self.input, &order, file).await?;
        } else {
            let order = Order { format, source: Source::Follows(blob.len_bytes()), limits, page: page.cloned() };
            self.input.write_all(&message::encode(&order)?).await?;
            for chunk in blob.source().bytes().ok_or(Broken::Pipe)?.chunks(COPY_BYTES) {
                self.input.write_all(chunk).await?;
            }
        }
        let mut document = KeptDocument::default();
        let mut left = limits.unpacked_bytes;
        loop {
            match message::receive(&mut self.output).await? {
                Reply::Page(page) if document.pages.len() <= MAX_PAGES => document.pages.push(page),
                Reply::Picture(length) if document.pictures.len() < MAX_PICTURES => {
                    document.pictures.push(self.kept(length, &mut left, keep).await?);
                }
                Reply::Attachment(name, length) if document.attachments.len() < limits.attachments => {
                    let blob = self.kept(length, &mut left, keep).await?;
                    document.attachments.push(KeptFile { name, blob });
                }
                Reply::Facts(facts) if page.is_some() => document.facts = Some(facts),
                Reply::Done => return Ok(Ok(document)),
                Reply::Refused(refusal) => return Ok(Err(refusal)),
                Reply::Page(_) | Reply::Picture(_) | Reply::Attachment(..) | Reply::Facts(_) => {
                    return Err(Broken::Pipe);
                }
            }
        }
    }

    async fn kept(
        &mut self,
        length: u64,
        left: &mut u64,
        keep: &(dyn Fn() -> Box<dyn Keep> + Sync),
    ) -> Result<Blob, Broken> {
        *left = left.checked_sub(length).ok_or(Broken::Pipe)?;
        let mut kept = keep();
        let mut coming = (&mut self.output).take(length);
        let mut buffer = vec![0; COPY_BYTES.min(usize::try_from(length).unwrap_or(COPY_BYTES))];
        while coming.limit() > 0 {
            match coming.read(&mut buffer).await? {
                0 => return Err(Broken::Pipe),
                count => kept.write(&buffer[..count]).map_err(Broken::Full)?,
            }
        }
        Ok(kept.finish())
    }
}

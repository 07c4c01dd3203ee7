//! The server's end of one worker process.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use mediary_core::{Blob, Raster};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};

use super::WorkerSettings;
use super::searchable::PageLayer;
use super::wire::{self, DocumentSource, PageOrder, PageReply, Reply, Request};
use crate::handover;

/// How much of a document is handed over at a time.
const COPY_BYTES: usize = 256 * 1024;

/// A running worker. Dropping it kills the process.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    child: Child,
    input: UnixStream,
    output: ChildStdout,
    /// Pages it has read since it was started.
    pub pages_read: usize,
}

/// Addresses that the allocator reserves at once, in KiB.
const RESERVED_KIB: &str = "8192";
/// How much memory the C library keeps of what is not used any more, which blocks it keeps none of, and for how much it asks
/// at once, in bytes.
const KEPT_BYTES: &str = "16777216";
const APART_BYTES: &str = "4194304";
const ASKED_BYTES: &str = "1048576";
/// How much of an answer lies in the pipe before it is read: a page's pixels have many millions of bytes.
const PIPE_BYTES: usize = 1024 * 1024;

impl WorkerProcess {
    pub(super) fn start(settings: &WorkerSettings) -> io::Result<Self> {
        // A socket, over which open files can be handed.
        let (input, its_input) = UnixStream::pair()?;
        let its_input = its_input.into_std()?;
        its_input.set_nonblocking(false)?;
        let mut child = Command::new(&settings.program)
            .args(["worker", "pdf", "--memory-bytes", &settings.memory_bytes.to_string()])
            .args(["--page-seconds", &settings.page_time.as_secs().max(1).to_string(), "--library"])
            .arg(&settings.library)
            // A worker needs nothing of ours, least of all keys.
            .env_clear()
            // Our allocator would otherwise reserve more addresses at its start than the worker may have.
            .env("MIMALLOC_ARENA_RESERVE", RESERVED_KIB)
            // And PDFium's would give memory back after each page and ask for it again for the next.
            .env("MALLOC_TRIM_THRESHOLD_", KEPT_BYTES)
            .env("MALLOC_MMAP_THRESHOLD_", APART_BYTES)
            .env("MALLOC_TOP_PAD_", ASKED_BYTES)
            .stdin(OwnedFd::from(its_input))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("the worker was started without a pipe");
        let output = child.stdout.take().ok_or_else(missing)?;
        // Where it may not be as large, it is as large as it was.
        let _ = rustix::pipe::fcntl_setpipe_size(&output, PIPE_BYTES);
        Ok(Self { child, input, output, pages_read: 0 })
    }

    /// Hands a document over and waits until it is open or refused.
    pub(super) async fn open(&mut self, blob: &Blob, password: Option<&str>) -> io::Result<Reply> {
        let password = password.map(str::to_owned);
        if let Some(file) = blob.source().file() {
            let message = wire::encode(&Request::Open { source: DocumentSource::File, password })?;
            handover::send(&mut self.input, &message, file).await?;
            return wire::receive(&mut self.output).await;
        }
        self.send(&Request::Open { source: DocumentSource::Follows(blob.len_bytes()), password }).await?;
        let bytes = blob.source().bytes().ok_or_else(|| io::Error::other("the document has gone"))?;
        for chunk in bytes.chunks(COPY_BYTES) {
            self.input.write_all(chunk).await?;
        }
        wire::receive(&mut self.output).await
    }

    /// Has a page read. What it is said to measure is held against the order before anything is allocated for it.
    pub(super) async fn page(&mut self, order: PageOrder) -> io::Result<Result<(PageReply, Option<Raster>), String>> {
        let most_pixels = order.rendering.most_pixels();
        self.send(&Request::Page(order)).await?;
        self.pages_read += 1;
        match wire::receive(&mut self.output).await? {
            Reply::Page(reply) => {
                let (width, height) = (reply.width_px, reply.height_px);
                if u64::from(width) * u64::from(height) > most_pixels {
                    return Err(io::Error::other("the worker drew more than was ordered"));
                }
                let raster = if reply.rendered { Some(self.pixels(width, height).await?) } else { None };
                Ok(Ok((*reply, raster)))
            }
            Reply::PageFailed(reason) => Ok(Err(reason)),
            _ => Err(unexpected()),
        }
    }

    /// Has text laid over a page.
    pub(super) async fn stamp(&mut self, layer: PageLayer) -> io::Result<Result<(), String>> {
        self.send(&Request::Stamp(Box::new(layer))).await?;
        self.pages_read += 1;
        match wire::receive(&mut self.output).await? {
            Reply::Stamped => Ok(Ok(())),
            Reply::PageFailed(reason) => Ok(Err(reason)),
            _ => Err(unexpected()),
        }
    }

    /// Has a file sent that comes with the document, and gives its name. [`WorkerProcess::part`] gives the rest.
    pub(super) async fn attachment(&mut self, index: usize, most_bytes: u64) -> io::Result<Result<String, String>> {
        self.send(&Request::Attachment { index, most_bytes }).await?;
        match wire::receive(&mut self.output).await? {
            Reply::Attachment(name) => Ok(Ok(name)),
            Reply::PageFailed(reason) => Ok(Err(reason)),
            _ => Err(unexpected()),
        }
    }

    /// Has the document sent. [`WorkerProcess::part`] gives it.
    pub(super) async fn save(&mut self) -> io::Result<()> {
        self.send(&Request::Save).await
    }

    /// The next part of the document; `None` after the last.
    pub(super) async fn part(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<()>> {
        match wire::receive(&mut self.output).await? {
            Reply::Part(length) if length as usize <= wire::MAX_PART_BYTES => {
                buffer.resize(length as usize, 0);
                self.output.read_exact(buffer).await?;
                Ok(Some(()))
            }
            Reply::Saved => Ok(None),
            _ => Err(unexpected()),
        }
    }

    pub(super) async fn close_document(&mut self) -> io::Result<()> {
        self.send(&Request::Close).await
    }

    /// The process id, for tests and logs.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    async fn pixels(&mut self, width: u32, height: u32) -> io::Result<Raster> {
        let mut pixels = vec![0; width as usize * height as usize * Raster::CHANNELS];
        self.output.read_exact(&mut pixels).await?;
        Raster::from_bgr(width, height, pixels).ok_or_else(|| io::Error::other("the worker sent an empty page"))
    }

    async fn send(&mut self, request: &Request) -> io::Result<()> {
        self.input.write_all(&wire::encode(request)?).await
    }
}

fn unexpected() -> io::Error {
    io::Error::other("the worker answered something else")
}

/// Whether the program and the library a worker needs are there.
pub(super) fn is_startable(program: &Path, library: &Path) -> bool {
    program.is_file() && library.is_file()
}

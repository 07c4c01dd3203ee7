//! A JSON object a line. Empty lines, which some servers send to keep a connection alive, are no frames.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

use super::{Cut, TooLong};

/// Cuts lines.
#[derive(Debug)]
pub(crate) struct Lines {
    most_bytes: usize,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    scanned: usize,
    finished: bool,
}

impl Lines {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, buffer: BytesMut::new(), scanned: 0, finished: false }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    pub(super) fn gathered_bytes(&self) -> usize {
        self.buffer.trim_ascii().len()
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn next(&mut self) -> Result<Option<Cut>, TooLong> {
        loop {
            let line = match memchr(b'\n', &self.buffer[self.scanned..]) {
                Some(at) => {
                    let line = self.buffer.split_to(self.scanned + at);
                    self.buffer.advance(1);
                    line
                }
                None if self.finished && !self.buffer.is_empty() => self.buffer.split(),
                None => {
                    self.scanned = self.buffer.len();
                    return match self.scanned > self.most_bytes {
                        true => Err(TooLong { limit_bytes: self.most_bytes }),
                        false => Ok(None),
                    };
                }
            };
            self.scanned = 0;
            let data = trimmed(&line.freeze());
            if !data.is_empty() {
                return Ok(Some(Cut { event: None, data }));
            }
        }
    }
}

/// The line without white space around it.
fn trimmed(line: &Bytes) -> Bytes {
    let start = line.len() - line.trim_ascii_start().len();
    let end = line.trim_ascii_end().len();
    line.slice(start.min(end)..end)
}

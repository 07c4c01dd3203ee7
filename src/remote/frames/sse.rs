//! Server-sent events, by the WHATWG's HTML standard, section 9.2.6.
//!
//! One departure: an event that the end of the stream left open is handed out all the same. Providers forget the last
//! empty line, and whether the reply was complete is for the reader to say.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr2;

use super::{Cut, TooLong};

/// A byte order mark, which one may stand before the first line.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Cuts events.
#[derive(Debug)]
pub(crate) struct Events {
    most_bytes: usize,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    scanned: usize,
    /// A line ended in CR; should LF come next, it belongs to that line end.
    after_cr: bool,
    /// No line was read yet.
    at_start: bool,
    finished: bool,
    event: Option<String>,
    /// The first line of data, uncopied: most events have no other.
    first: Option<Bytes>,
    /// All lines of data, where there are several.
    joined: BytesMut,
}

impl Events {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            buffer: BytesMut::new(),
            scanned: 0,
            after_cr: false,
            at_start: true,
            finished: false,
            event: None,
            first: None,
            joined: BytesMut::new(),
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    pub(super) fn gathered_bytes(&self) -> usize {
        let data = self.joined.len().max(self.first.as_ref().map_or(0, Bytes::len));
        let line = if self.buffer.first() == Some(&b':') { 0 } else { self.buffer.trim_ascii().len() };
        data + line
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn next(&mut self) -> Result<Option<Cut>, TooLong> {
        loop {
            if self.after_cr && !self.buffer.is_empty() {
                self.after_cr = false;
                if self.buffer[0] == b'\n' {
                    self.buffer.advance(1);
                }
            }
            let Some(at) = memchr2(b'\n', b'\r', &self.buffer[self.scanned..]) else {
                return self.at_end_of_buffer();
            };
            let line = self.buffer.split_to(self.scanned + at).freeze();
            self.scanned = 0;
            self.after_cr = self.buffer[0] == b'\r';
            self.buffer.advance(1);
            if let Some(cut) = self.line(line) {
                return Ok(Some(cut));
            }
            self.check_length()?;
        }
    }

    fn at_end_of_buffer(&mut self) -> Result<Option<Cut>, TooLong> {
        self.scanned = self.buffer.len();
        self.check_length()?;
        if !self.finished {
            return Ok(None);
        }
        let rest = self.buffer.split().freeze();
        self.scanned = 0;
        if !rest.is_empty()
            && let Some(cut) = self.line(rest)
        {
            return Ok(Some(cut));
        }
        Ok(self.dispatch())
    }

    fn check_length(&self) -> Result<(), TooLong> {
        let data = self.joined.len().max(self.first.as_ref().map_or(0, Bytes::len));
        match data + self.scanned > self.most_bytes {
            true => Err(TooLong { limit_bytes: self.most_bytes }),
            false => Ok(()),
        }
    }

    /// Takes a line; an empty one completes the event.
    fn line(&mut self, mut line: Bytes) -> Option<Cut> {
        if self.at_start {
            self.at_start = false;
            if line.starts_with(BOM) {
                line.advance(BOM.len());
            }
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = memchr::memchr(b':', &line).unwrap_or(line.len());
        let mut value = line.slice((colon + 1).min(line.len())..);
        if value.first() == Some(&b' ') {
            value.advance(1);
        }
        match &line[..colon] {
            b"data" => self.data(value),
            b"event" => self.event = Some(String::from_utf8_lossy(&value).into_owned()),
            // Comments have an empty name; ids and retry times are for clients that reconnect.
            _ => {}
        }
        None
    }

    fn data(&mut self, value: Bytes) {
        match &self.first {
            None => self.first = Some(value),
            Some(first) => {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(first);
                }
                self.joined.extend_from_slice(b"\n");
                self.joined.extend_from_slice(&value);
            }
        }
    }

    fn dispatch(&mut self) -> Option<Cut> {
        let event = self.event.take();
        let first = self.first.take()?;
        let data = match self.joined.is_empty() {
            true => first,
            false => self.joined.split().freeze(),
        };
        (!data.is_empty()).then_some(Cut { event, data })
    }
}

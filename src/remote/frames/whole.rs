//! One body that is one frame.

use bytes::{Bytes, BytesMut};

use super::{Cut, TooLong};

/// How much room an announced length is given at once; a server that lies about it costs no more.
const MOST_ROOM_BYTES: u64 = 1 << 20;

/// Gathers a body.
#[derive(Debug)]
pub(crate) struct Whole {
    most_bytes: usize,
    room_bytes: usize,
    /// The first piece, uncopied: most bodies come in one.
    first: Option<Bytes>,
    joined: BytesMut,
    finished: bool,
    given: bool,
}

impl Whole {
    pub(super) fn new(most_bytes: usize, announced: Option<u64>) -> Self {
        let room_bytes = usize::try_from(announced.unwrap_or(0).min(MOST_ROOM_BYTES)).unwrap_or(0);
        Self { most_bytes, room_bytes, first: None, joined: BytesMut::new(), finished: false, given: false }
    }

    pub(super) fn push(&mut self, piece: Bytes) {
        if self.joined.is_empty() {
            match self.first.take() {
                None => {
                    self.first = Some(piece);
                    return;
                }
                Some(first) => {
                    self.joined.reserve(self.room_bytes);
                    self.joined.extend_from_slice(&first);
                }
            }
        }
        self.joined.extend_from_slice(&piece);
    }

    /// Without the white space with which some servers keep a connection open before they answer.
    pub(super) fn gathered_bytes(&self) -> usize {
        let gathered = self.first.as_deref().unwrap_or(&self.joined);
        gathered.trim_ascii_start().len()
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn next(&mut self) -> Result<Option<Cut>, TooLong> {
        if self.joined.len().max(self.first.as_ref().map_or(0, Bytes::len)) > self.most_bytes {
            return Err(TooLong { limit_bytes: self.most_bytes });
        }
        if !self.finished || self.given {
            return Ok(None);
        }
        self.given = true;
        let data = match self.first.take() {
            Some(first) => first,
            None => self.joined.split().freeze(),
        };
        Ok(Some(Cut { event: None, data }))
    }
}

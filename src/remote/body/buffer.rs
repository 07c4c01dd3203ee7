//! A body as it is written: bytes of its own, and between them long texts that it shares with the request.
//!
//! A picture of ten megabytes that came as base64 leaves as the same bytes of the same memory: to copy them would take new
//! memory, and the system longer to give it than the copying itself.

use std::io;
use std::mem;

use bytes::Bytes;
use mediary_core::media::share_of;

use crate::Payload;

/// From this length on a text is shared, if it can be: a shorter one is copied sooner than sent as a piece by itself.
const SHARED_BYTES: usize = 64 << 10;

/// A body that grows. What is written of it may be a piece of what it was lent, which is then shared.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// Whole pieces, in the order they are sent, …
    pieces: Vec<Bytes>,
    /// … and what is written after the last of them.
    end: Vec<u8>,
    lent: Vec<Bytes>,
}

impl Buffer {
    /// Room for so many bytes of its own.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { end: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// Lends it bytes of which pieces may be written.
    pub(super) fn lend(&mut self, bytes: &Bytes) {
        if bytes.len() >= SHARED_BYTES {
            self.lent.push(bytes.clone());
        }
    }

    /// Appends a byte.
    pub(crate) fn push(&mut self, byte: u8) {
        self.end.push(byte);
    }

    /// Appends all of another.
    pub(crate) fn append(&mut self, other: Self) {
        if !other.pieces.is_empty() {
            self.pieces.push(mem::take(&mut self.end).into());
            self.pieces.extend(other.pieces);
        }
        self.end.extend_from_slice(&other.end);
    }

    /// Appends bytes.
    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) {
        let shared = match bytes.len() {
            ..SHARED_BYTES => None,
            _ => self.lent.iter().find_map(|lent| share_of(lent, bytes)),
        };
        match shared {
            None => self.end.extend_from_slice(bytes),
            Some(shared) => self.pieces.extend([mem::take(&mut self.end).into(), shared]),
        }
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl From<Buffer> for Payload {
    fn from(buffer: Buffer) -> Self {
        let mut payload = Self::default();
        buffer.pieces.into_iter().for_each(|piece| payload.push(piece));
        payload.push(buffer.end);
        payload
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_pieces_of_what_it_was_lent_are_shared_and_all_else_is_copied() {
        let lent = Bytes::from("a".repeat(3 * SHARED_BYTES));
        let other = "b".repeat(SHARED_BYTES);
        let mut buffer = Buffer::with_capacity(16);
        buffer.lend(&lent);
        buffer.push(b'[');
        buffer.extend_from_slice(&lent[SHARED_BYTES..2 * SHARED_BYTES]);
        buffer.extend_from_slice(&lent[..SHARED_BYTES - 1]);
        buffer.extend_from_slice(other.as_bytes());
        buffer.extend_from_slice(&lent);
        buffer.push(b']');
        let shared: Vec<_> = buffer.pieces.iter().filter(|piece| share_of(&lent, piece).is_some()).collect();
        assert_eq!(shared, [&lent.slice(..SHARED_BYTES), &lent]);
        let expected = ["[", &"a".repeat(2 * SHARED_BYTES - 1), &other, &"a".repeat(3 * SHARED_BYTES), "]"].concat();
        assert_eq!(Payload::from(buffer).read_all().unwrap(), expected.as_bytes());
    }
}

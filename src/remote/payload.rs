//! What a request carries: bytes, and files that are read as they are sent, so that an upload of any length takes a
//! buffer and not its length.
//!
//! Files of uploads lie in the page cache, from which a piece is copied sooner than another thread could be asked to.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use mediary_core::Blob;

/// A file is sent in pieces of so many bytes.
const PIECE_BYTES: usize = 256 << 10;

/// The body of a request. Cloning it copies no file.
#[derive(Clone, Default)]
pub struct Payload {
    pieces: VecDeque<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Bytes),
    /// A blob from here on; its file, where it is in one.
    Blob {
        blob: Blob,
        file: Option<Arc<File>>,
        at: u64,
    },
}

impl Payload {
    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        if !bytes.is_empty() {
            self.pieces.push_back(Piece::Bytes(bytes));
        }
    }

    /// Appends a file, which is read when it is sent.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn push_file(&mut self, blob: &Blob) -> io::Result<()> {
        let source = blob.source();
        let file = source.file().map(|file| file.try_clone_to_owned()).transpose()?;
        if file.is_none() && source.bytes().is_none() {
            self.push(blob.read_all()?);
        } else if !blob.is_empty() {
            let file = file.map(|file| Arc::new(File::from(file)));
            self.pieces.push_back(Piece::Blob { blob: blob.clone(), file, at: 0 });
        }
        Ok(())
    }

    /// How many bytes are still to be sent.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.pieces.iter().map(Piece::len_bytes).sum()
    }

    /// The next bytes to be sent; `None` at the end.
    fn next(&mut self) -> Option<io::Result<Bytes>> {
        let next = match self.pieces.front_mut()? {
            Piece::Bytes(bytes) => Ok(std::mem::take(bytes)),
            Piece::Blob { blob, file, at } => read(blob, file.as_deref(), *at).inspect(|read| *at += read.len() as u64),
        };
        if next.is_err() || self.pieces.front().is_some_and(|piece| piece.len_bytes() == 0) {
            self.pieces.pop_front();
        }
        Some(next)
    }

    /// All of it in one buffer.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut payload = self.clone();
        let mut all = Vec::with_capacity(usize::try_from(self.len_bytes()).unwrap_or(0));
        while let Some(piece) = payload.next() {
            all.extend_from_slice(&piece?);
        }
        Ok(all)
    }
}

impl Piece {
    fn len_bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob { blob, at, .. } => blob.len_bytes() - at,
        }
    }
}

/// The next piece of a blob, of which there is more.
fn read(blob: &Blob, file: Option<&File>, at: u64) -> io::Result<Bytes> {
    let length = usize::try_from(blob.len_bytes() - at).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
    if let Some(file) = file {
        let mut piece = vec![0; length];
        file.read_exact_at(&mut piece, at)?;
        return Ok(piece.into());
    }
    let gone = || io::Error::new(io::ErrorKind::UnexpectedEof, "a file of the request has gone");
    let from = usize::try_from(at).map_err(io::Error::other)?;
    let piece = blob.source().bytes().and_then(|bytes| bytes.get(from..from + length)).ok_or_else(gone)?;
    Ok(Bytes::copy_from_slice(piece))
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it holds is a person's; tests read it whole.
        write!(formatter, "{} bytes", self.len_bytes())
    }
}

impl<B: Into<Bytes>> From<B> for Payload {
    fn from(bytes: B) -> Self {
        let mut payload = Self::default();
        payload.push(bytes);
        payload
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.next().map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::{AsFd as _, BorrowedFd};

    use mediary_core::media::{ReadSeek, Source};

    use super::*;

    struct Spooled(File);

    impl Source for Spooled {
        fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
            Err(io::Error::other("it is read as it is sent"))
        }

        fn bytes(&self) -> Option<&[u8]> {
            None
        }

        fn file(&self) -> Option<BorrowedFd<'_>> {
            Some(self.0.as_fd())
        }
    }

    fn spooled(bytes: &[u8], length: u64) -> Blob {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Blob::spooled(length, bytes, Spooled(file))
    }

    #[test]
    fn files_are_sent_in_pieces_between_what_stands_around_them() {
        let bytes: Vec<u8> = (0..PIECE_BYTES * 2 + 7).map(|at| (at % 251) as u8).collect();
        let base64 = Blob::from_base64(Bytes::from_static(b"aGVsbG8=")).unwrap();
        let mut payload = Payload::from("head ");
        payload.push_file(&spooled(&bytes, bytes.len() as u64)).unwrap();
        payload.push(" then ");
        payload.push_file(&Blob::in_memory(bytes.clone())).unwrap();
        payload.push_file(&base64).unwrap();
        payload.push_file(&Blob::in_memory(Vec::new())).unwrap();
        payload.push("");
        let expected = [b"head ".as_slice(), &bytes, b" then ", &bytes, b"hello"].concat();
        assert_eq!(payload.size_hint().exact(), Some(expected.len() as u64));
        assert_eq!(payload.read_all().unwrap(), expected);
        // What was looked at, or sent once, can be sent again.
        assert_eq!(payload.clone().read_all().unwrap(), expected);
        let mut sent = 0;
        while let Some(piece) = payload.next() {
            let piece = piece.unwrap().len();
            assert!(piece > 0 && piece <= PIECE_BYTES);
            sent += piece;
            assert_eq!(payload.len_bytes(), (expected.len() - sent) as u64);
        }
        assert!(payload.is_end_stream());
        assert!(Payload::from("").is_end_stream());
    }

    #[test]
    fn a_file_that_has_become_shorter_is_an_error_and_no_end() {
        let mut payload = Payload::default();
        payload.push_file(&spooled(b"short", 6)).unwrap();
        assert!(payload.next().unwrap().is_err());
    }
}

//! A cutter of any kind, as `remote` uses it.

use bytes::Bytes;
use mediary_core::Blob;

use super::lifted::{Filed, Lifted};
use super::lines::Lines;
use super::pieces::Pieces;
use super::sse::Events;
use super::whole::Whole;
use super::{Cut, Framing, MOST_BODY_BYTES, MOST_FRAME_BYTES, TooLong};

/// Cuts one answer.
#[derive(Debug)]
pub(crate) enum Cutter {
    /// Server-sent events.
    Events(Events),
    /// A JSON object a line.
    Lines(Lines),
    /// Each piece as it comes.
    Pieces(Pieces),
    /// Everything in one.
    Whole(Whole),
    /// As another, with pictures lifted out.
    Lifted(Lifted),
    /// A file, which is one frame.
    Filed(Filed),
}

impl Cutter {
    /// A cutter for a stream.
    pub(crate) fn stream(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Self::Events(Events::new(MOST_FRAME_BYTES)),
            Framing::Ndjson => Self::Lines(Lines::new(MOST_FRAME_BYTES)),
        }
    }

    /// A cutter for the bytes of a file, which are handed on as they come.
    pub(crate) fn pieces() -> Self {
        Self::Pieces(Pieces::default())
    }

    /// A cutter for one body; `announced` is its length if the server said.
    pub(crate) fn whole(announced: Option<u64>) -> Self {
        Self::Whole(Whole::new(MOST_BODY_BYTES, announced))
    }

    /// The same, with pictures lifted out: long base64 goes to files.
    pub(crate) fn lifting(self) -> Self {
        Self::Lifted(Lifted::around(self))
    }

    /// A cutter for a file as a whole.
    pub(crate) fn file() -> Self {
        Self::Filed(Filed::new())
    }

    /// Whether there may be several frames.
    pub(crate) fn is_stream(&self) -> bool {
        match self {
            Self::Events(_) | Self::Lines(_) | Self::Pieces(_) => true,
            Self::Whole(_) | Self::Filed(_) => false,
            Self::Lifted(lifted) => lifted.is_stream(),
        }
    }

    /// The files that were lifted out since this was last asked; `None` for one that could not be kept.
    pub(crate) fn files(&mut self) -> Vec<Option<Blob>> {
        match self {
            Self::Events(_) | Self::Lines(_) | Self::Pieces(_) | Self::Whole(_) => Vec::new(),
            Self::Lifted(lifted) => lifted.files(),
            Self::Filed(filed) => filed.files(),
        }
    }

    /// Takes what arrived.
    pub(crate) fn push(&mut self, piece: Bytes) {
        match self {
            Self::Events(events) => events.push(&piece),
            Self::Lines(lines) => lines.push(&piece),
            Self::Pieces(pieces) => pieces.push(piece),
            Self::Whole(whole) => whole.push(piece),
            Self::Lifted(lifted) => lifted.push(&piece),
            Self::Filed(filed) => filed.push(&piece),
        }
    }

    /// Nothing more will arrive.
    pub(crate) fn finish(&mut self) {
        match self {
            Self::Events(events) => events.finish(),
            Self::Lines(lines) => lines.finish(),
            Self::Pieces(_) => {}
            Self::Whole(whole) => whole.finish(),
            Self::Lifted(lifted) => lifted.finish(),
            Self::Filed(filed) => filed.finish(),
        }
    }

    /// How many bytes of a frame that is not complete are here. Comments and white space are nothing of one.
    pub(crate) fn gathered_bytes(&self) -> usize {
        match self {
            Self::Events(events) => events.gathered_bytes(),
            Self::Lines(lines) => lines.gathered_bytes(),
            Self::Pieces(_) => 0,
            Self::Whole(whole) => whole.gathered_bytes(),
            Self::Lifted(lifted) => lifted.gathered_bytes(),
            Self::Filed(filed) => filed.gathered_bytes(),
        }
    }

    /// The next frame, if it is complete.
    pub(crate) fn next(&mut self) -> Result<Option<Cut>, TooLong> {
        match self {
            Self::Events(events) => events.next(),
            Self::Lines(lines) => lines.next(),
            Self::Pieces(pieces) => Ok(pieces.next()),
            Self::Whole(whole) => whole.next(),
            Self::Lifted(lifted) => lifted.next(),
            Self::Filed(filed) => Ok(filed.next()),
        }
    }
}

//! A body whose pieces are frames as they come: the bytes of a file, which nothing here has to understand.

use std::collections::VecDeque;

use bytes::Bytes;

use super::Cut;

/// Hands pieces on.
#[derive(Debug, Default)]
pub(crate) struct Pieces(VecDeque<Bytes>);

impl Pieces {
    pub(super) fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.0.push_back(piece);
        }
    }

    pub(super) fn next(&mut self) -> Option<Cut> {
        self.0.pop_front().map(|data| Cut { event: None, data })
    }
}

//! A body as it arrives, each byte of it with its permit.

use bytes::Bytes;
use mediary_core::{Failure, Hold};

use super::{FIRST_BYTES, Permit};

/// Bytes that grow as they arrive, each of them with its permit.
#[derive(Debug)]
pub struct HeldBytes {
    bytes: Vec<u8>,
    permit: Permit,
}

impl HeldBytes {
    pub(super) fn new(permit: Permit) -> Self {
        Self { bytes: Vec::new(), permit }
    }

    /// Bytes that are all there.
    pub(super) fn of(bytes: Vec<u8>, permit: Permit) -> Self {
        Self { bytes, permit }
    }

    /// Appends a chunk. The buffer doubles; once a quarter of the length that was `announced` is there it gets all of it,
    /// so that no more is reserved than four times what came, and little is copied.
    ///
    /// # Errors
    /// Busy when there is no more room.
    pub fn push(&mut self, chunk: &[u8], announced: Option<u64>) -> Result<(), Failure> {
        let wanted = self.bytes.len() + chunk.len();
        if wanted > self.bytes.capacity() {
            let announced = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
            let doubled = 2 * self.bytes.capacity();
            let mut capacity = if wanted >= announced / 4 { announced } else { doubled.min(announced) }.max(wanted);
            if self.permit.grow_to((capacity as u64).max(FIRST_BYTES)).is_err() {
                capacity = wanted;
                self.permit.grow_to(capacity as u64)?;
            }
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// What came, with its permit for as long as any part of it is used.
    #[must_use]
    pub fn finish(self) -> Bytes {
        Bytes::from_owner(self)
    }

    /// The same, and a permit of its own for what will be made of it, which outlives the text.
    ///
    /// # Errors
    /// Busy when there is no more room.
    pub fn finish_beside(mut self, bytes: u64) -> Result<(Bytes, Hold), Failure> {
        let own = self.bytes.capacity() as u64;
        self.permit.grow_to(own.saturating_add(bytes))?;
        let beside = self.permit.split(bytes);
        self.permit.shrink_to(own);
        Ok((Bytes::from_owner(self), beside.hold()))
    }
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsMut<[u8]> for HeldBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

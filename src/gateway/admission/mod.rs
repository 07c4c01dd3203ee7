//! Admission: how much all requests together may hold: bytes, decoded pixels, child processes.
//!
//! One [`Admission`] per gateway, handed to whatever takes a body in, decodes a picture or starts a child. Permits travel
//! with the work (see [`mediary_core::Hold`]): into the blocking closure, the engine's job and the child, and come back
//! when the memory does, whether or not the client has left meanwhile. Waiting is bounded; after that it is 503.
//!
//! # The order in which permits are taken
//!
//! 1. *Bytes* are waited for once, at the door, by a request that holds nothing yet. All that it takes of them later (a
//!    body that grows, a file that it names, a part that was treated) it gets at once or is refused.
//! 2. A place with the PDF workers is waited for, then a *child*. A request that holds a child waits for no other.
//! 3. *Pixels* are waited for last, all that one step needs at once. A request that holds pixels waits for an engine or a
//!    provider, which need no permit, but for nothing of the above; a page that waits for its pixels while the one before
//!    is read does not hold that one up.
//!
//! So no circle of requests can wait for one another, and a permit that is held comes back by itself.

mod held;
mod machine;
mod permit;
mod room;

pub use held::HeldBytes;
pub(super) use permit::Permit;
pub(super) use room::Room;

use std::thread::available_parallelism;

use mediary_core::{Failure, Hold};

use super::Spool;
use crate::config;

/// So much of a body is waited for; what comes after is taken as it arrives.
const FIRST_BYTES: u64 = 64 * 1024;
/// Lines of batches have this part of the bytes at most: the rest is for requests whose clients wait.
const LINES_PART: u64 = 2;

/// The rooms of a gateway.
#[derive(Debug, Clone)]
pub struct Admission {
    pub(super) bytes: Room,
    pub(super) pixels: Room,
    pub(super) children: Room,
    /// The part of the bytes that lines of batches may have.
    lines: Room,
    spool_bytes: u64,
}

/// How much of each room is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InUse {
    /// Bytes, in whole kibibytes.
    pub bytes: u64,
    /// Pixels, in whole thousands (of 1,024).
    pub pixels: u64,
    /// Child processes.
    pub children: u64,
}

impl Admission {
    /// The rooms as the operator has them; what is left to the machine is looked up.
    pub(super) fn new(admission: &config::Admission, spool_bytes: u64) -> Self {
        let config::Admission { bytes, pixels, children, wait } = *admission;
        let bytes = if bytes.get() == 0 { machine::memory_bytes() / 4 } else { bytes.get() };
        let children =
            if children == 0 { available_parallelism().map_or(1, |count| count.get() as u64) } else { children.into() };
        Self {
            bytes: Room::new("bytes", 1024, bytes, wait),
            pixels: Room::new("pixels", 1024, pixels.get(), wait),
            children: Room::new("children", 1, children, wait),
            lines: Room::new("bytes", 1024, bytes / LINES_PART, wait),
            spool_bytes,
        }
    }

    /// How much is taken now.
    #[must_use]
    pub fn in_use(&self) -> InUse {
        InUse { bytes: self.bytes.taken(), pixels: self.pixels.taken(), children: self.children.taken() }
    }

    /// A request's first bytes. The only bytes that are waited for.
    ///
    /// # Errors
    /// Busy when there is no room in time.
    pub async fn enter(&self) -> Result<HeldBytes, Failure> {
        Ok(HeldBytes::new(self.bytes.take(FIRST_BYTES).await?))
    }

    /// What a request was made into after its bytes were waited for.
    ///
    /// # Errors
    /// Busy when there is no room now.
    pub fn held(&self, bytes: Vec<u8>) -> Result<HeldBytes, Failure> {
        let permit = self.bytes.take_now(bytes.capacity() as u64)?;
        Ok(HeldBytes::of(bytes, permit))
    }

    /// A spool whose memory counts.
    #[must_use]
    pub fn spool(&self) -> Spool {
        Spool::within(self.spool_bytes, self.bytes.clone())
    }

    /// A permit for what is in memory already.
    ///
    /// # Errors
    /// Busy when there is no room.
    pub fn holding(&self, bytes: u64) -> Result<Hold, Failure> {
        Ok(self.bytes.take_now(bytes)?.hold())
    }

    /// A permit for a line of a batch, which is taken into memory then. Waited for, by what holds nothing yet.
    ///
    /// # Errors
    /// Too large for what would never fit; busy when there is no room in time.
    pub(super) async fn line(&self, bytes: u64) -> Result<Hold, Failure> {
        // One may be as large as a request may.
        let of_lines = self.lines.take(bytes.min(self.lines.all())).await?;
        Ok(Hold::new((self.bytes.take(bytes).await?, of_lines)))
    }

    /// A permit for a child process.
    ///
    /// # Errors
    /// Busy when there is no room in time.
    pub(super) async fn child(&self) -> Result<Hold, Failure> {
        Ok(self.children.take(1).await?.hold())
    }
}

#[cfg(test)]
mod tests;

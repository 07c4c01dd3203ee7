//! What was taken of a room: it grows at once or not at all, shrinks, and is given back when it is dropped.

use std::sync::Arc;

use mediary_core::{Failure, Hold};
use tokio::sync::OwnedSemaphorePermit;

use super::room::Room;

/// A part of a room.
#[derive(Debug)]
pub(in super::super) struct Permit {
    room: Room,
    units: OwnedSemaphorePermit,
    /// What a large one took besides; shared by the parts of one that was split.
    large: Option<Arc<OwnedSemaphorePermit>>,
}

impl Permit {
    pub(super) fn new(room: Room, units: OwnedSemaphorePermit, large: Option<OwnedSemaphorePermit>) -> Self {
        Self { room, units, large: large.map(Arc::new) }
    }

    /// Takes as much as makes it this many.
    ///
    /// # Errors
    /// Too large for what would never fit; busy when there is no more room.
    pub(in super::super) fn grow_to(&mut self, amount: u64) -> Result<(), Failure> {
        let units = self.room.units(amount)? as usize;
        if let Some(more) = units.checked_sub(self.units.num_permits()).and_then(|more| u32::try_from(more).ok()) {
            self.units.merge(self.room.more(more)?);
        }
        Ok(())
    }

    /// Gives back what is more than this many.
    pub(in super::super) fn shrink_to(&mut self, amount: u64) {
        let kept = self.room.units(amount).map_or(usize::MAX, |units| units as usize);
        let rest = self.units.num_permits().saturating_sub(kept);
        drop(self.units.split(rest));
    }

    /// A part of it; all of it where it is not as much.
    pub(in super::super) fn split(&mut self, amount: u64) -> Self {
        let wanted = self.room.units(amount).map_or(usize::MAX, |units| units as usize);
        let units = self.units.split(wanted.min(self.units.num_permits()));
        let units = units.expect("no more is split off than there is");
        Self { room: self.room.clone(), units, large: self.large.clone() }
    }

    /// The permit as memory keeps it.
    pub(in super::super) fn hold(self) -> Hold {
        Hold::new(self)
    }
}

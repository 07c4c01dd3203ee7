//! A room of one kind: so much of it there is, so much of it is taken.
//!
//! Large takers share a part of the room only, so that a small picture is not kept waiting by a crowd of large ones.
//! Among equals the first comes first.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::permit::Permit;

/// What a refused client is told to wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// Who takes more than this part of a room is large.
const LARGE_PART: u32 = 8;
/// This part of a room is kept from the large ones, one of which may be as large as all of it.
const SMALL_PART: u32 = 4;

/// A room. Cheap to clone.
#[derive(Debug, Clone)]
pub(in super::super) struct Room(Arc<Walls>);

#[derive(Debug)]
struct Walls {
    /// What is taken: the key in `[admission]`.
    what: &'static str,
    /// One permit stands for so many.
    unit: u64,
    all: u32,
    whole: Arc<Semaphore>,
    large: Arc<Semaphore>,
    most_large: u32,
    wait: Duration,
}

impl Room {
    /// A room for so many, counted in units.
    pub(super) fn new(what: &'static str, unit: u64, all: u64, wait: Duration) -> Self {
        let all = u32::try_from(all / unit).unwrap_or(u32::MAX).max(1);
        let most_large = (all - all / SMALL_PART).max(1);
        let (whole, large) = (Semaphore::new(all as usize), Semaphore::new(most_large as usize));
        Self(Arc::new(Walls { what, unit, all, whole: Arc::new(whole), large: Arc::new(large), most_large, wait }))
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> u64 {
        (self.0.all as usize - self.0.whole.available_permits()) as u64 * self.0.unit
    }

    /// The most that fits.
    pub(in super::super) fn all(&self) -> u64 {
        u64::from(self.0.all) * self.0.unit
    }

    /// Takes so many, waiting for them if need be.
    ///
    /// # Errors
    /// Too large for what would never fit; busy when there is no room in time.
    pub(in super::super) async fn take(&self, amount: u64) -> Result<Permit, Failure> {
        let Walls { all, most_large, wait, .. } = *self.0;
        let units = self.units(amount)?;
        let taking = async {
            let is_large = units > all / LARGE_PART && all > LARGE_PART;
            let large = if is_large { Some(acquired(&self.0.large, units.min(most_large)).await?) } else { None };
            Ok(Permit::new(self.clone(), acquired(&self.0.whole, units).await?, large))
        };
        timeout(wait, taking).await.unwrap_or_else(|_| Err(self.full()))
    }

    /// Takes so many at once or not at all.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub(in super::super) fn take_now(&self, amount: u64) -> Result<Permit, Failure> {
        let units = self.units(amount)?;
        Ok(Permit::new(self.clone(), self.more(units)?, None))
    }

    pub(super) fn more(&self, units: u32) -> Result<OwnedSemaphorePermit, Failure> {
        self.0.whole.clone().try_acquire_many_owned(units).map_err(|_| self.full())
    }

    /// So many in permits; a part of a unit counts as one.
    pub(super) fn units(&self, amount: u64) -> Result<u32, Failure> {
        let units = amount.div_ceil(self.0.unit);
        u32::try_from(units).ok().filter(|units| *units <= self.0.all).ok_or_else(|| {
            let (what, all) = (self.0.what, self.all());
            Failure::too_large(format!(
                "this takes {amount} {what} at once and there is room for {all}; send less, or raise [admission] {what}"
            ))
        })
    }

    fn full(&self) -> Failure {
        let what = self.0.what;
        let detail = format!("busy: other requests hold all the room there is for {what}; try again shortly");
        Failure::new(FailureKind::Busy { retry_after: RETRY_AFTER }, detail)
    }
}

async fn acquired(semaphore: &Arc<Semaphore>, units: u32) -> Result<OwnedSemaphorePermit, Failure> {
    let closed = |_| Failure::broken("a room of the admission was closed");
    semaphore.clone().acquire_many_owned(units).await.map_err(closed)
}

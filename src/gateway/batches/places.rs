//! How many lines are answered at once: so many as are configured, less one for each other request that is under way, so that
//! those come first; but one, so that batches come to an end on a server that is never still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The places of lines.
#[derive(Debug)]
pub(super) struct Places {
    at_once: u32,
    at_once_per_owner: u32,
    taken: Mutex<Taken>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Taken {
    lines: u32,
    by_owner: HashMap<Vec<u8>, u32>,
    /// Other requests under way.
    live: u32,
}

/// A place that a line has; dropped, it is free.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    owner: Vec<u8>,
}

/// A request of a client's own that is under way; dropped, it is over.
#[derive(Debug)]
pub struct LiveRequest(Arc<Places>);

impl Places {
    pub(super) fn new(at_once: u32, at_once_per_owner: u32) -> Arc<Self> {
        Arc::new(Self { at_once, at_once_per_owner, taken: Mutex::default(), changed: watch::Sender::new(()) })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Counts are changed one by one, and are right whenever they can be read.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of a client's own.
    pub(super) fn live(self: &Arc<Self>) -> LiveRequest {
        self.taken().live += 1;
        LiveRequest(self.clone())
    }

    /// A place for a line, as soon as there is one.
    pub(super) async fn take(self: &Arc<Self>, owner: &[u8]) -> Place {
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            if let Some(place) = self.try_take(owner) {
                return place;
            }
            // What changes them outlives this.
            let _changed = changed.changed().await;
        }
    }

    fn try_take(self: &Arc<Self>, owner: &[u8]) -> Option<Place> {
        let mut taken = self.taken();
        let most = self.at_once.saturating_sub(taken.live).max(1);
        let its = taken.by_owner.get(owner).copied().unwrap_or(0);
        if taken.lines >= most || its >= self.at_once_per_owner {
            return None;
        }
        taken.lines += 1;
        *taken.by_owner.entry(owner.to_vec()).or_default() += 1;
        Some(Place { places: self.clone(), owner: owner.to_vec() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.lines -= 1;
        if let Some(its) = taken.by_owner.get_mut(&self.owner) {
            *its -= 1;
            if *its == 0 {
                taken.by_owner.remove(&self.owner);
            }
        }
        drop(taken);
        self.places.changed.send_replace(());
    }
}

impl Drop for LiveRequest {
    fn drop(&mut self) {
        self.0.taken().live -= 1;
        self.0.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_make_way_for_other_requests_and_one_goes_on() {
        let places = Places::new(3, 2);
        let first = places.try_take(b"one").unwrap();
        let _second = places.try_take(b"one").unwrap();
        assert!(places.try_take(b"one").is_none(), "a key has its share");
        let third = places.try_take(b"other").unwrap();
        assert!(places.try_take(b"third").is_none());
        drop((first, third));
        let live: Vec<LiveRequest> = (0..9).map(|_| places.live()).collect();
        assert!(places.try_take(b"other").is_none(), "one goes on, and no other");
        drop(_second);
        let one = places.try_take(b"other").unwrap();
        assert!(places.try_take(b"one").is_none());
        drop(live);
        let _more = places.try_take(b"one").unwrap();
        drop(one);
        assert_eq!(places.taken().by_owner.len(), 1, "owners without lines are forgotten");
    }

    #[tokio::test]
    async fn a_line_that_waits_gets_the_place_that_is_left() {
        let places = Places::new(1, 1);
        let place = places.take(b"one").await;
        let mut waits = Box::pin(places.take(b"other"));
        assert!(futures_util::poll!(&mut waits).is_pending());
        drop(place);
        waits.await;
        assert_eq!(places.taken().lines, 0, "what was taken was dropped at once");
    }
}

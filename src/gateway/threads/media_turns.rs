//! Whose turn it is with a medium: what keeps its bytes and what removes them follow one another, each medium by itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// The media that something is done with.
#[derive(Debug, Default)]
pub(super) struct MediaTurns(Mutex<HashMap<String, Turn>>);

impl MediaTurns {
    /// Waits until nothing else is done with these media, by their hashes. Given back with the guards.
    pub(super) async fn of<'h>(&self, hashes: impl IntoIterator<Item = &'h str>) -> Vec<OwnedMutexGuard<()>> {
        // In one order for all, so that no two wait for each other.
        let hashes: BTreeSet<&str> = hashes.into_iter().collect();
        let mut held = Vec::with_capacity(hashes.len());
        for hash in hashes {
            let turn = self.turn(hash);
            held.push(turn.lock_owned().await);
        }
        held
    }

    fn turn(&self, hash: &str) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are neither held nor waited for are ours alone.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(hash.to_owned()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn only_the_same_medium_is_waited_for() {
        let turns = MediaTurns::default();
        let held = turns.of(["b", "a", "b"]).await;
        assert_eq!(held.len(), 2);
        let mut waits = pin!(turns.of(["c", "b"]));
        assert!(waits.as_mut().now_or_never().is_none(), "b is held");
        assert!(turns.of(["d"]).now_or_never().is_some());
        drop(held);
        assert_eq!(waits.await.len(), 2);
        drop(turns.of(["e"]).await);
        assert_eq!(turns.0.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}

//! How quickly a target begins to answer: smoothed, for the order of plans, and as it was spread, for people.

use std::time::Duration;

/// The weight of the newest latency in the mean.
const NEWEST: f64 = 0.3;
/// So many of the newest are remembered.
const REMEMBERED: usize = 256;

/// How quickly a target begins to answer.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// Milliseconds, smoothed.
    mean_ms: Option<f64>,
    /// The newest, in a ring.
    newest_ms: Vec<u32>,
    next: usize,
}

impl Pace {
    pub(super) fn notes(&mut self, newest: Duration) {
        let newest_ms = newest.as_secs_f64() * 1e3;
        self.mean_ms = Some(self.mean_ms.map_or(newest_ms, |before| before + NEWEST * (newest_ms - before)));
        let rounded = newest_ms.round() as u32;
        match self.newest_ms.get_mut(self.next) {
            Some(oldest) => *oldest = rounded,
            None => self.newest_ms.push(rounded),
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// Milliseconds to the first token, smoothed; `None`: never called.
    #[must_use]
    pub fn mean_ms(&self) -> Option<f64> {
        self.mean_ms
    }

    /// Milliseconds within which so many of a hundred answers of late began, by the nearest rank; `None`: never called.
    #[must_use]
    pub fn percentile_ms(&self, percent: usize) -> Option<u32> {
        let mut sorted = self.newest_ms.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent.min(100)).div_ceil(100).max(1);
        sorted.get(rank - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_newest_by_the_nearest_rank() {
        let mut pace = Pace::default();
        assert_eq!((pace.mean_ms(), pace.percentile_ms(50)), (None, None));
        (1..=100).for_each(|ms| pace.notes(Duration::from_millis(ms)));
        assert_eq!([50, 95, 99, 100].map(|percent| pace.percentile_ms(percent)), [50, 95, 99, 100].map(Some));
        (0..REMEMBERED).for_each(|_| pace.notes(Duration::from_millis(7)));
        assert_eq!(pace.percentile_ms(100), Some(7), "the old ones are forgotten");
    }

    #[test]
    fn the_mean_follows_the_newest() {
        let mut pace = Pace::default();
        [100, 200].iter().for_each(|ms| pace.notes(Duration::from_millis(*ms)));
        assert_eq!(pace.mean_ms(), Some(130.0));
    }
}

//! When jobs are asked about: all of them on one timer, spread evenly.
//!
//! A waiting job is an entry in a tree, some hundred bytes; there is no task and no timer for it. Each time it is put off,
//! the moment is shifted by a step that never lines up with those of others.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The golden ratio's share of a circle: steps of it fill any interval evenly, however many there are.
const STEP: f64 = 0.618_033_988_749_894_9;
/// How far a moment is shifted, of the interval.
const SHIFT: f64 = 0.5;

/// Jobs that wait to be asked about.
#[derive(Debug)]
pub(super) struct Schedule<T> {
    waiting: Mutex<Waiting<T>>,
    /// Told when something is due earlier than before.
    sooner: Notify,
}

#[derive(Debug)]
struct Waiting<T> {
    by_time: BTreeMap<(Instant, u64), T>,
    /// How many were put here so far.
    count: u64,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Waiting { by_time: BTreeMap::new(), count: 0 }), sooner: Notify::new() }
    }
}

impl<T> Schedule<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a job off for about this long.
    pub(super) fn put(&self, job: T, now: Instant, interval: Duration) {
        self.place(job, now, interval.mul_f64(1.0 - SHIFT / 2.0), interval.mul_f64(SHIFT));
    }

    /// Puts a job somewhere into the next interval: those of one start are spread over the whole of it.
    pub(super) fn spread(&self, job: T, now: Instant, interval: Duration) {
        self.place(job, now, Duration::ZERO, interval);
    }

    fn place(&self, job: T, now: Instant, least: Duration, range: Duration) {
        let mut waiting = self.lock();
        waiting.count += 1;
        let at = now + least + range.mul_f64((waiting.count as f64 * STEP).fract());
        let is_first = waiting.by_time.first_key_value().is_none_or(|((first, _), _)| at < *first);
        let count = waiting.count;
        waiting.by_time.insert((at, count), job);
        drop(waiting);
        if is_first {
            self.sooner.notify_one();
        }
    }

    /// Waits until a job is due, and takes it.
    pub(super) async fn due(&self) -> T {
        loop {
            let next = {
                let mut waiting = self.lock();
                match waiting.by_time.first_entry() {
                    Some(first) if first.key().0 <= Instant::now() => return first.remove(),
                    Some(first) => Some(first.key().0),
                    None => None,
                }
            };
            let sleep = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => {}
                () = self.sooner.notified() => {}
            }
        }
    }

    /// Takes those out that are not to be asked about any more.
    pub(super) fn remove(&self, is_it: impl Fn(&T) -> bool) -> Vec<T> {
        self.lock().by_time.extract_if(.., |_, job| is_it(job)).map(|(_, job)| job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many are due in each tenth of an interval.
    fn tenths(schedule: &Schedule<u32>, now: Instant, interval: Duration) -> Vec<usize> {
        let mut tenths = vec![0; 10];
        for (at, _) in schedule.lock().by_time.keys() {
            let share = at.duration_since(now).as_secs_f64() / interval.as_secs_f64();
            tenths[(share * 10.0) as usize] += 1;
        }
        tenths
    }

    #[test]
    fn ten_thousand_are_spread_evenly() {
        let (now, interval) = (Instant::now(), Duration::from_secs(30));
        let schedule = Schedule::default();
        (0..10_000).for_each(|job| schedule.spread(job, now, interval));
        for tenth in tenths(&schedule, now, interval) {
            assert!((990..=1010).contains(&tenth), "{tenth}");
        }
        // Those that were all put off at once come back over half an interval, two and a half tenths of two, not together.
        let schedule = Schedule::default();
        (0..10_000).for_each(|job| schedule.put(job, now, interval));
        let tenths = tenths(&schedule, now, interval * 2);
        assert_eq!(tenths.iter().sum::<usize>(), 10_000);
        assert!(tenths.iter().all(|tenth| *tenth <= 4_050), "{tenths:?}");
    }

    #[tokio::test]
    async fn the_earliest_comes_first_and_what_is_removed_does_not() {
        let (now, schedule) = (Instant::now(), Schedule::default());
        schedule.put("late", now, Duration::from_millis(40));
        schedule.put("gone", now, Duration::from_millis(10));
        schedule.put("early", now, Duration::from_millis(20));
        assert_eq!(schedule.remove(|job| *job == "gone"), ["gone"]);
        assert_eq!([schedule.due().await, schedule.due().await], ["early", "late"]);
    }
}

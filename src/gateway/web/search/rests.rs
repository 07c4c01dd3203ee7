//! Engines, and keys of them, that are left alone for a while: they asked for it, refused the key or broke down.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::{Failure, FailureKind};

/// How long where the engine does not say it.
const AFTER_RATE: Duration = Duration::from_mins(1);
const AFTER_QUOTA: Duration = Duration::from_hours(1);
const AFTER_BAD_KEY: Duration = Duration::from_mins(10);
const AFTER_BREAKDOWN: Duration = Duration::from_secs(10);
/// Longer rests are ended, since what is said of them may be wrong.
const LONGEST: Duration = Duration::from_hours(24);

/// When what is left alone may be asked again, by its name.
#[derive(Debug, Default)]
pub(super) struct Rests(Mutex<HashMap<String, Instant>>);

impl Rests {
    /// How long something is still left alone.
    pub(super) fn left(&self, name: &str) -> Option<Duration> {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = rests.get(name)?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        if left.is_none() {
            rests.remove(name);
        }
        left
    }

    /// Takes note of a failure.
    pub(super) fn after(&self, name: String, failure: &Failure) {
        let wait = match failure.kind {
            FailureKind::RateLimited { retry_after } => retry_after.unwrap_or(AFTER_RATE),
            FailureKind::QuotaSpent { resets_in } => resets_in.unwrap_or(AFTER_QUOTA),
            FailureKind::BadKey => AFTER_BAD_KEY,
            FailureKind::Overloaded { retry_after } => retry_after.unwrap_or(AFTER_BREAKDOWN),
            FailureKind::Unreachable | FailureKind::TimedOut => AFTER_BREAKDOWN,
            _ => return,
        };
        let until = Instant::now() + wait.min(LONGEST);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, until);
    }
}

//! How a key stands: what its last calls told of it, since when, and when it is tried again.
//!
//! Only told to people: which key is called follows from cooldowns (the ledger next door). Times are milliseconds since
//! 1970, since they are kept over a restart.

use std::time::Duration;

use mediary_core::FailureKind;
use serde::{Deserialize, Serialize};

/// Two refusals so far apart make a key invalid: the first may have been a slip of the provider's.
const APART_MS: u64 = 60_000;

/// What the last calls with a key told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHealth {
    /// It has not been used.
    #[default]
    Unknown,
    /// It works.
    Healthy,
    /// Its rate limit is reached.
    RateLimited,
    /// Its quota or credit is spent.
    OutOfQuota,
    /// It was refused twice.
    Invalid,
    /// Its provider cannot be reached.
    Unreachable,
}

impl KeyHealth {
    /// Its name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::RateLimited => "rate_limited",
            Self::OutOfQuota => "out_of_quota",
            Self::Invalid => "invalid",
            Self::Unreachable => "unreachable",
        }
    }
}

/// How a key stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyStanding {
    /// What its last calls told.
    pub health: KeyHealth,
    /// Since when it is so.
    pub since: u64,
    /// When it was last called with.
    pub last_used: u64,
    /// What the last failure was, in our words, and when.
    pub last_error: Option<(String, u64)>,
    /// When it is tried again, where it rests.
    pub next_try: Option<u64>,
    /// When it was first refused, with no answer since.
    refused: Option<u64>,
}

impl KeyStanding {
    /// A call with it was answered.
    pub(super) fn answered(&mut self, now: u64) {
        self.becomes(KeyHealth::Healthy, now);
        (self.last_used, self.next_try, self.refused) = (now, None, None);
    }

    /// A call with it failed; it rests for so long, if it rests.
    pub(super) fn failed(&mut self, kind: &FailureKind, rests: Option<Duration>, now: u64) {
        self.last_used = now;
        self.last_error = Some((kind.name().to_owned(), now));
        let rests = rests.map(|rests| now + u64::try_from(rests.as_millis()).unwrap_or(u64::MAX / 2));
        let health = match kind {
            FailureKind::BadKey => {
                let first = *self.refused.get_or_insert(now);
                // A clock that was set back proves nothing.
                if now.saturating_sub(first) >= APART_MS { KeyHealth::Invalid } else { self.health }
            }
            FailureKind::RateLimited { .. } => KeyHealth::RateLimited,
            FailureKind::QuotaSpent { .. } => KeyHealth::OutOfQuota,
            FailureKind::Unreachable => KeyHealth::Unreachable,
            // Whatever else goes wrong is not about the key.
            _ => {
                self.next_try = rests.or(self.next_try.filter(|at| *at > now));
                return;
            }
        };
        self.becomes(health, now);
        self.next_try = rests;
    }

    fn becomes(&mut self, health: KeyHealth, now: u64) {
        if self.health != health || self.since == 0 {
            (self.health, self.since) = (health, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_as_its_last_calls_told() {
        use FailureKind::*;
        let hour = Some(Duration::from_secs(3_600));
        let rows = [
            (RateLimited { retry_after: None }, KeyHealth::RateLimited),
            (QuotaSpent { resets_in: None }, KeyHealth::OutOfQuota),
            (Unreachable, KeyHealth::Unreachable),
            (BadKey, KeyHealth::Healthy),
            (Malformed, KeyHealth::Healthy),
            (ModelGone, KeyHealth::Healthy),
        ];
        for (kind, health) in rows {
            let mut standing = KeyStanding::default();
            standing.answered(1_000);
            standing.failed(&kind, hour, 5_000);
            assert_eq!((standing.health, standing.last_used), (health, 5_000), "{kind:?}");
            assert_eq!(standing.last_error, Some((kind.name().to_owned(), 5_000)));
            assert_eq!(standing.next_try, Some(3_605_000));
            assert_eq!(standing.since, if health == KeyHealth::Healthy { 1_000 } else { 5_000 });
            standing.answered(9_000);
            assert_eq!((standing.health, standing.next_try), (KeyHealth::Healthy, None));
        }
    }

    #[test]
    fn two_refusals_a_minute_apart_make_it_invalid() {
        let mut standing = KeyStanding::default();
        standing.failed(&FailureKind::BadKey, None, 10_000);
        standing.failed(&FailureKind::BadKey, None, 69_999);
        assert_eq!(standing.health, KeyHealth::Unknown, "many at once are one");
        standing.failed(&FailureKind::BadKey, None, 70_000);
        assert_eq!((standing.health, standing.since), (KeyHealth::Invalid, 70_000));
        standing.answered(80_000);
        standing.failed(&FailureKind::BadKey, None, 200_000);
        assert_eq!(standing.health, KeyHealth::Healthy, "an answer between them begins anew");
        standing.failed(&FailureKind::BadKey, None, 100_000);
        assert_eq!(standing.health, KeyHealth::Healthy, "the clock was set back");
    }
}

//! What happened to one target: its counts, its pace, its circuit breaker, and which formats are in doubt.
//!
//! A row of the ledger next door, which is the only one that writes it. Time comes in as a value.

use std::time::{Duration, Instant};

use mediary_core::MediaFormat;
use mediary_core::capability::Usd;

use super::circuit::Circuit;
use super::pace::Pace;

/// How long a complaint about a format is believed.
pub(super) const DOUBT: Duration = Duration::from_secs(30 * 60);
/// So many in a row, with no such request answered between them, make a format doubtful.
const ENOUGH_COMPLAINTS: u32 = 2;

/// What happened to one target.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Answers that were complete.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// How quickly it begins to answer.
    pub pace: Pace,
    /// Tokens of requests.
    pub prompt_tokens: u64,
    /// Tokens of replies.
    pub completion_tokens: u64,
    /// What its calls cost, as far as that is known.
    pub cost: Usd,
    /// Calls of which it is not known.
    pub unpriced: u64,
    /// What the last failure was, in our words.
    pub last_failure: Option<String>,
    pub(super) circuit: Circuit,
    /// Until when the model counts as gone.
    pub(super) gone_until: Option<Instant>,
    /// The share that was left of its provider's rate limits, and until when that holds.
    pub(super) quota: Option<(f32, Instant)>,
    doubts: Vec<Doubt>,
}

/// What happened with one key.
#[derive(Debug, Clone, Default)]
pub struct KeyRecord {
    /// Answers that were complete.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// What the last failure was, in our words.
    pub last_failure: Option<&'static str>,
    /// How quickly the target begins to answer with it.
    pub pace: Pace,
}

/// Complaints of requests that held a format. What exactly was wrong is rarely said, so one complaint proves little.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    format: MediaFormat,
    complaints: u32,
    until: Instant,
}

impl Doubt {
    fn stands(&self, now: Instant) -> bool {
        self.complaints >= ENOUGH_COMPLAINTS && self.until > now
    }
}

impl Record {
    /// How much longer the target itself cools down.
    #[must_use]
    pub fn cooldown(&self, now: Instant) -> Option<Duration> {
        left(self.gone_until, now).max(self.circuit.left(now))
    }

    /// The share that is left of its provider's rate limits, 0 to 1, as far as that was said and still holds.
    #[must_use]
    pub fn quota_left(&self, now: Instant) -> Option<f32> {
        self.quota.filter(|(_, until)| *until > now).map(|(left, _)| left)
    }

    /// A request with these formats, given as they are, was complained about.
    pub(super) fn doubts(&mut self, formats: &[MediaFormat], now: Instant) {
        self.doubts.retain(|doubt| doubt.until > now);
        for &format in formats {
            let until = now + DOUBT;
            match self.doubts.iter_mut().find(|doubt| doubt.format == format) {
                Some(doubt) => *doubt = Doubt { complaints: doubt.complaints.saturating_add(1), until, format },
                None => self.doubts.push(Doubt { format, complaints: 1, until }),
            }
        }
    }

    /// A request with these formats was answered.
    pub(super) fn trusts(&mut self, formats: &[MediaFormat]) {
        self.doubts.retain(|doubt| !formats.contains(&doubt.format));
    }

    /// The formats that it had better not be given as they are.
    pub(super) fn doubtful(&self, now: Instant) -> Vec<MediaFormat> {
        self.doubts.iter().filter(|doubt| doubt.stands(now)).map(|doubt| doubt.format).collect()
    }
}

/// How much of a time is left, if any.
pub(super) fn left(until: Option<Instant>, now: Instant) -> Option<Duration> {
    until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
}

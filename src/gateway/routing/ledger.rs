//! The ledger: what happened to each target and key, and which of them cools down until when.
//!
//! It decides how long a cooldown is whose end was not stated; what cools down follows from the kind of the failure. Time comes
//! in as a value. Nothing here outlives the process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::plan::{Health, HealthSnapshot};
use mediary_core::provider::Quota;
use mediary_core::task::Usage;
use mediary_core::{Cooldown, Failure, FailureKind, MediaFormat};

/// A refused key is tried again after this long; an operator may have mended it.
const KEY_REST: Duration = Duration::from_secs(10 * 60);
/// A rate limit whose end was not stated: most are by the minute.
const RATE_REST: Duration = Duration::from_secs(60);
/// A spent quota whose end was not stated.
const QUOTA_REST: Duration = Duration::from_secs(60 * 60);
/// A model that is gone may come back with the next release of the provider.
const MODEL_COOLDOWN: Duration = Duration::from_secs(6 * 60 * 60);
/// The first cooldown of a target that failed; each further one in a row is twice as long …
const FIRST_REST: Duration = Duration::from_secs(5);
/// … up to this …
const LONGEST_COOLDOWN: Duration = Duration::from_secs(10 * 60);
/// … but a server on this machine is soon up again.
const LONGEST_LOOPBACK_COOLDOWN: Duration = Duration::from_secs(5);
/// No provider's word is taken for longer.
const LONGEST_STATED: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a complaint about a format is believed.
const DOUBT: Duration = Duration::from_secs(30 * 60);
/// So many in a row, with no such request answered between them, make a format doubtful.
const ENOUGH_COMPLAINTS: u32 = 2;
/// The weight of the newest latency in the mean.
const NEWEST: f64 = 0.3;

/// A target as the ledger knows it: the row of the matrix, and the place of one of its provider's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) row: usize,
    pub(super) provider: usize,
    pub(super) key: usize,
    pub(super) is_loopback: bool,
}

/// What happened to each target and key.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    targets: HashMap<usize, Record>,
    /// Cooldowns of keys, by provider and key.
    keys: HashMap<(usize, usize), Instant>,
    /// Cooldowns of keys for one model, by row and key.
    pairs: HashMap<(usize, usize), Instant>,
    /// Whose turn it is among a provider's keys.
    turns: HashMap<usize, usize>,
}

/// What happened to one target.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Answers that were complete.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Of these, the last ones in a row that were the target's own: broken, overloaded, unreachable.
    pub breakdowns_in_a_row: u32,
    /// Milliseconds to the first token, smoothed.
    pub latency_ms: Option<f64>,
    /// Tokens of requests.
    pub prompt_tokens: u64,
    /// Tokens of replies.
    pub completion_tokens: u64,
    /// What the last failure was, in our words.
    pub last_failure: Option<String>,
    cools_until: Option<Instant>,
    /// The share that was left of its provider's rate limits, and until when that holds.
    quota: Option<(f32, Instant)>,
    doubts: Vec<Doubt>,
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
        left(self.cools_until, now)
    }

    /// The share that is left of its provider's rate limits, 0 to 1, as far as that was said and still holds.
    #[must_use]
    pub fn quota_left(&self, now: Instant) -> Option<f32> {
        self.quota.filter(|(_, until)| *until > now).map(|(left, _)| left)
    }
}

fn left(until: Option<Instant>, now: Instant) -> Option<Duration> {
    until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Every entry is written whole; one that panicked left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next key of a provider that may call a target now; `None`: all of them cool down.
    pub(super) fn pick_key(
        &self,
        row: usize,
        provider: usize,
        keys: usize,
        tried: &[usize],
        now: Instant,
    ) -> Option<usize> {
        let mut pages = self.pages();
        let start = pages.turns.get(&provider).copied().unwrap_or(0);
        let awake = |pages: &Pages, key: usize| {
            left(pages.keys.get(&(provider, key)).copied(), now).is_none()
                && left(pages.pairs.get(&(row, key)).copied(), now).is_none()
        };
        let chosen =
            (0..keys).map(|step| (start + step) % keys).find(|key| !tried.contains(key) && awake(&pages, *key))?;
        if keys > 1 {
            pages.turns.insert(provider, chosen + 1);
        }
        Some(chosen)
    }

    /// A call was answered; `first` is how long its first token took. `formats` are the media the target was given as
    /// they are.
    pub(super) fn succeeded(&self, caller: Caller, first: Duration, usage: Usage, formats: &[MediaFormat]) {
        let mut pages = self.pages();
        let record = pages.targets.entry(caller.row).or_default();
        let newest = first.as_secs_f64() * 1e3;
        record.successes += 1;
        record.breakdowns_in_a_row = 0;
        record.cools_until = None;
        record.doubts.retain(|doubt| !formats.contains(&doubt.format));
        record.latency_ms = Some(record.latency_ms.map_or(newest, |before| before + NEWEST * (newest - before)));
        record.prompt_tokens += usage.prompt_tokens;
        record.completion_tokens += usage.completion_tokens;
    }

    /// What its provider said of its rate limits with its last answer.
    pub(super) fn has_left(&self, caller: Caller, quota: Option<Quota>, now: Instant) {
        let until = |quota: Quota| now + quota.resets_in.min(LONGEST_STATED);
        let mut pages = self.pages();
        pages.targets.entry(caller.row).or_default().quota = quota.map(|quota| (quota.left, until(quota)));
    }

    /// A call failed. `formats` are the media the target was given as they are.
    pub(super) fn failed(&self, caller: Caller, failure: &Failure, formats: &[MediaFormat], now: Instant) {
        let consequence = failure.kind.consequence();
        let mut pages = self.pages();
        let Caller { row, provider, key, is_loopback } = caller;
        match consequence.cooldown {
            Cooldown::None => {}
            Cooldown::Key => {
                pages.keys.insert((provider, key), now + KEY_REST);
            }
            Cooldown::KeyAndModel { stated, quota } => {
                let usual = if quota { QUOTA_REST } else { RATE_REST };
                let cooldown = stated.unwrap_or(usual).clamp(Duration::from_secs(1), LONGEST_STATED);
                let cooldown = if is_loopback { cooldown.min(LONGEST_LOOPBACK_COOLDOWN) } else { cooldown };
                pages.pairs.insert((row, key), now + cooldown);
            }
            Cooldown::Model | Cooldown::Growing { .. } => {}
        }
        let record = pages.targets.entry(row).or_default();
        record.failures += 1;
        record.last_failure = Some(failure.kind.name().to_owned());
        match consequence.cooldown {
            Cooldown::Model => record.cools_until = Some(now + MODEL_COOLDOWN),
            Cooldown::Growing { stated } => {
                let doublings = record.breakdowns_in_a_row.min(16);
                record.breakdowns_in_a_row = record.breakdowns_in_a_row.saturating_add(1);
                let grown = FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_COOLDOWN);
                let cooldown =
                    stated.map_or(grown, |stated| stated.clamp(Duration::from_secs(1), LONGEST_COOLDOWN).max(grown));
                let cooldown = if is_loopback { cooldown.min(LONGEST_LOOPBACK_COOLDOWN) } else { cooldown };
                record.cools_until = Some(now + cooldown);
            }
            Cooldown::None | Cooldown::Key | Cooldown::KeyAndModel { .. } => {}
        }
        if consequence.doubt {
            record.doubts.retain(|doubt| doubt.until > now);
            for &format in formats {
                let until = now + DOUBT;
                match record.doubts.iter_mut().find(|doubt| doubt.format == format) {
                    Some(doubt) => *doubt = Doubt { complaints: doubt.complaints.saturating_add(1), until, format },
                    None => record.doubts.push(Doubt { format, complaints: 1, until }),
                }
            }
        }
    }

    /// How all targets are doing. `keys` gives each row its provider and the number of that one's keys.
    pub(super) fn snapshot(&self, keys: &[(usize, usize)], now: Instant) -> HealthSnapshot {
        let pages = self.pages();
        if pages.targets.is_empty() && pages.keys.is_empty() && pages.pairs.is_empty() {
            return HealthSnapshot::default();
        }
        let health = |(row, (provider, count)): (usize, &(usize, usize))| {
            let record = pages.targets.get(&row);
            let of_key = |key: usize| {
                let key_rest = left(pages.keys.get(&(*provider, key)).copied(), now);
                key_rest.max(left(pages.pairs.get(&(row, key)).copied(), now))
            };
            // A target can be called as soon as one of its keys can.
            let keys_cooldown = (0..*count).map(of_key).min().flatten();
            Health {
                cooldown: keys_cooldown.max(record.and_then(|record| record.cooldown(now))),
                latency_ms: record.and_then(|record| record.latency_ms).map(|ms| ms as u32),
                quota_left: record.and_then(|record| record.quota_left(now)),
                doubtful: record.map_or(Vec::new(), |record| {
                    record.doubts.iter().filter(|doubt| doubt.stands(now)).map(|doubt| doubt.format).collect()
                }),
            }
        };
        HealthSnapshot(keys.iter().enumerate().map(health).collect())
    }

    /// Whether the last call of a target failed because of its rate.
    pub(super) fn was_asked_too_often(&self, row: usize) -> bool {
        let limited = FailureKind::RateLimited { retry_after: None }.name();
        let pages = self.pages();
        pages.targets.get(&row).is_some_and(|record| record.last_failure.as_deref() == Some(limited))
    }

    /// Everything that is known, by row.
    pub(super) fn records(&self) -> Vec<(usize, Record)> {
        let mut all: Vec<_> = self.pages().targets.iter().map(|(row, record)| (*row, record.clone())).collect();
        all.sort_by_key(|(row, _)| *row);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: Caller = Caller { row: 0, provider: 0, key: 0, is_loopback: false };
    const LOOPBACK: Caller = Caller { is_loopback: true, ..CALLER };

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn cooldown_after(caller: Caller, kinds: &[FailureKind]) -> Option<Duration> {
        let (ledger, now) = (Ledger::default(), Instant::now());
        for kind in kinds {
            ledger.failed(caller, &Failure::new(kind.clone(), "test"), &[], now);
        }
        ledger.snapshot(&[(0, 1)], now).of(0).and_then(|health| health.cooldown)
    }

    #[test]
    fn each_kind_of_failure_has_its_rest() {
        use FailureKind::*;
        let busy = || Overloaded { retry_after: None };
        let rows = [
            (vec![Malformed], None),
            (vec![Unacceptable], None),
            (vec![ContextTooLong], None),
            (vec![ContentRefused], None),
            (vec![ModelGone], Some(MODEL_COOLDOWN)),
            (vec![BadKey], Some(KEY_REST)),
            (vec![RateLimited { retry_after: Some(secs(7)) }], Some(secs(7))),
            (vec![RateLimited { retry_after: None }], Some(RATE_REST)),
            (vec![RateLimited { retry_after: Some(Duration::MAX) }], Some(LONGEST_STATED)),
            (vec![QuotaSpent { resets_in: None }], Some(QUOTA_REST)),
            (vec![QuotaSpent { resets_in: Some(secs(90)) }], Some(secs(90))),
            (vec![busy()], Some(secs(5))),
            (vec![busy(), Unreachable], Some(secs(10))),
            (vec![busy(), TimedOut, Garbled, EmptyAnswer], Some(secs(40))),
            // What clients and keys did wrong makes no cooldown longer.
            (vec![Unacceptable, Malformed, ContextTooLong, busy()], Some(secs(5))),
            (vec![busy(); 40], Some(LONGEST_COOLDOWN)),
            (vec![Overloaded { retry_after: Some(secs(30)) }], Some(secs(30))),
            (vec![ClientGone], None),
        ];
        for (kinds, cooldown) in rows {
            assert_eq!(cooldown_after(CALLER, &kinds), cooldown, "{kinds:?}");
        }
    }

    #[test]
    fn a_server_on_this_machine_never_rests_long() {
        let busy = FailureKind::Overloaded { retry_after: None };
        for kinds in [vec![busy; 9], vec![FailureKind::RateLimited { retry_after: Some(secs(600)) }]] {
            assert_eq!(cooldown_after(LOOPBACK, &kinds), Some(LONGEST_LOOPBACK_COOLDOWN), "{kinds:?}");
        }
    }

    #[test]
    fn success_ends_a_growing_rest_and_rests_end_by_themselves() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let failure = Failure::new(FailureKind::Unreachable, "test");
        ledger.failed(CALLER, &failure, &[], now);
        ledger.failed(CALLER, &failure, &[], now);
        assert_eq!(ledger.snapshot(&[(0, 1)], now + secs(11)).of(0).unwrap().cooldown, None);
        ledger.succeeded(CALLER, secs(1), Usage::default(), &[]);
        ledger.failed(CALLER, &failure, &[], now);
        assert_eq!(ledger.snapshot(&[(0, 1)], now).of(0).unwrap().cooldown, Some(secs(5)));
    }

    #[test]
    fn what_is_left_of_a_limit_is_known_until_it_begins_anew() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let left = |at| ledger.snapshot(&[(0, 1)], at).of(0).unwrap().quota_left;
        ledger.has_left(CALLER, Some(Quota { left: 0.0, resets_in: secs(30) }), now);
        assert_eq!([left(now), left(now + secs(29)), left(now + secs(30))], [Some(0.0), Some(0.0), None]);
        // An answer that says nothing of limits ends what was known.
        ledger.has_left(CALLER, Some(Quota { left: 0.5, resets_in: secs(30) }), now);
        ledger.has_left(CALLER, None, now);
        assert_eq!(left(now), None);
    }

    #[test]
    fn keys_rotate_and_those_that_rest_are_left_out() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let pick = |tried: &[usize]| ledger.pick_key(0, 0, 3, tried, now);
        assert_eq!([pick(&[]), pick(&[]), pick(&[]), pick(&[])], [Some(0), Some(1), Some(2), Some(0)]);
        let limited = Failure::new(FailureKind::RateLimited { retry_after: Some(secs(9)) }, "test");
        ledger.failed(Caller { key: 1, ..CALLER }, &limited, &[], now);
        assert_eq!([pick(&[]), pick(&[]), pick(&[2])], [Some(2), Some(0), Some(0)]);
        // Another model of the provider may still use the key; a key that is unknown serves none.
        assert_eq!(ledger.pick_key(5, 0, 3, &[0, 2], now), Some(1));
        ledger.failed(Caller { key: 1, ..CALLER }, &Failure::new(FailureKind::BadKey, "test"), &[], now);
        assert_eq!(ledger.pick_key(5, 0, 3, &[0, 2], now), None);
        // One key of three cools down: the target does not.
        assert_eq!(ledger.snapshot(&[(0, 3)], now).of(0).unwrap().cooldown, None);
    }

    #[test]
    fn complaints_in_a_row_make_a_format_doubtful_for_a_while() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let complain = || {
            let complaint = Failure::new(FailureKind::Unacceptable, "test");
            ledger.failed(CALLER, &complaint, &[MediaFormat::Pdf], now);
        };
        let doubtful = |at| ledger.snapshot(&[(0, 1)], at).of(0).unwrap().doubtful.clone();
        complain();
        assert_eq!(doubtful(now), []);
        // An answer to a request of such a kind says that something else was wrong with the one before.
        ledger.succeeded(CALLER, secs(1), Usage::default(), &[MediaFormat::Pdf]);
        complain();
        assert_eq!(doubtful(now), []);
        ledger.succeeded(CALLER, secs(1), Usage::default(), &[MediaFormat::Png]);
        complain();
        assert_eq!(doubtful(now), [MediaFormat::Pdf]);
        assert_eq!(doubtful(now + DOUBT), []);
    }
}

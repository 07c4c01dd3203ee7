//! The ledger: what happened to each target and key, and which of them cools down until when.
//!
//! It decides how long a cooldown is whose end was not stated; what cools down follows from the kind of the failure, and
//! breakdowns have circuit breakers (`circuit` next door). Time comes in as a value. Nothing here outlives the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::capability::Usd;
use mediary_core::plan::{Health, HealthSnapshot};
use mediary_core::provider::Quota;
use mediary_core::task::Usage;
use mediary_core::{Cooldown, Failure, FailureKind, MediaFormat};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::circuit::Circuit;
use super::record::{KeyRecord, Record, left};
use super::renewed::Moved;

/// A refused key is tried again after this long; an operator may have mended it.
pub(super) const KEY_REST: Duration = Duration::from_secs(10 * 60);
/// A key at its rate limit whose end was not stated, where others are left: most limits are by the minute.
const RATE_REST: Duration = Duration::from_secs(60);
/// A rate limit that ends within this is waited for, where no other target is left.
pub(super) const SHORT_RATE_LIMIT: Duration = Duration::from_secs(2);
/// A spent quota whose end was not stated.
const QUOTA_REST: Duration = Duration::from_secs(60 * 60);
/// A model that is gone may come back with the next release of the provider.
const MODEL_COOLDOWN: Duration = Duration::from_secs(6 * 60 * 60);
/// A server on this machine is soon free again.
const LONGEST_LOOPBACK_COOLDOWN: Duration = Duration::from_secs(5);
/// No provider's word is taken for longer.
const LONGEST_STATED: Duration = Duration::from_secs(24 * 60 * 60);

/// A target as the ledger knows it: the row of the matrix, and the place of one of its provider's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) row: usize,
    pub(super) provider: usize,
    pub(super) host: usize,
    pub(super) key: usize,
    /// How many keys its provider has.
    pub(super) keys: usize,
    pub(super) is_loopback: bool,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its provider.
    pub(super) provider: usize,
    /// What that provider is reached at.
    pub(super) host: usize,
    /// The number of that provider's keys; one where it is called without.
    pub(super) keys: usize,
    /// Whether its free limits are counted.
    pub(super) is_counted: bool,
}

/// What happened to each target and key.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pages: Mutex<Pages>,
    /// Whether any circuit is open. Most of the time none is, and no call has to look.
    pub(super) has_open: AtomicBool,
    /// Told when a circuit opens or closes, or a probe ends.
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) targets: HashMap<usize, Record>,
    /// By host, which several providers may share.
    pub(super) hosts: HashMap<usize, Circuit>,
    /// Cooldowns of keys, by provider and key.
    pub(super) keys: HashMap<(usize, usize), Instant>,
    /// Cooldowns of keys for one model, by row and key.
    pub(super) pairs: HashMap<(usize, usize), Instant>,
    /// What happened with each key, by row and key.
    by_key: HashMap<(usize, usize), KeyRecord>,
    /// Whose turn it is among a provider's keys.
    turns: HashMap<usize, usize>,
}

impl Ledger {
    pub(super) fn pages(&self) -> MutexGuard<'_, Pages> {
        // Every entry is written whole; one that panicked left nothing half done.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes when a circuit has opened or closed, or a probe has ended.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// A call that began at `began` is answered, if only with its first word.
    pub(super) fn worked(&self, caller: Caller, began: Instant) {
        if !self.has_open.load(Ordering::Acquire) {
            return;
        }
        let mut pages = self.pages();
        let mut has_closed = false;
        pages.circuits(caller.row, caller.host).for_each(|circuit| has_closed |= circuit.worked(began));
        if has_closed {
            self.has_open.store(pages.has_open_circuits(), Ordering::Release);
            drop(pages);
            self.changed.notify_waiters();
        }
    }

    /// A call failed that the same target's next attempt may mend; nothing follows from it.
    pub(super) fn blipped(&self, caller: Caller, failure: &Failure) {
        let mut pages = self.pages();
        let record = pages.targets.entry(caller.row).or_default();
        record.failures += 1;
        record.last_failure = Some(failure.kind.name().to_owned());
    }

    /// A call was given up after so long without a word.
    pub(super) fn was_slow(&self, row: usize, waited: Duration) {
        self.pages().targets.entry(row).or_default().pace.notes(waited);
    }

    /// A call was given up by its client in the middle of its answer.
    pub(super) fn was_left(&self, caller: Caller, first: Duration, usage: Usage) {
        let mut pages = self.pages();
        let record = pages.targets.entry(caller.row).or_default();
        record.pace.notes(first);
        record.prompt_tokens = record.prompt_tokens.saturating_add(usage.prompt_tokens);
        record.completion_tokens = record.completion_tokens.saturating_add(usage.completion_tokens);
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
        let is_free = |key: &usize| !tried.contains(key) && pages.key_rests(row, provider, *key, now).is_none();
        let chosen = (0..keys).map(|step| (start + step) % keys).find(is_free)?;
        if keys > 1 {
            pages.turns.insert(provider, chosen + 1);
        }
        Some(chosen)
    }

    /// A call was answered; `first` is how long its first token took. `formats` are the media the target was given as
    /// they are.
    pub(super) fn succeeded(&self, caller: Caller, first: Duration, usage: Usage, formats: &[MediaFormat]) {
        let mut pages = self.pages();
        pages.by_key.entry((caller.row, caller.key)).or_default().successes += 1;
        let record = pages.targets.entry(caller.row).or_default();
        record.successes += 1;
        record.gone_until = None;
        record.trusts(formats);
        record.pace.notes(first);
        record.prompt_tokens = record.prompt_tokens.saturating_add(usage.prompt_tokens);
        record.completion_tokens = record.completion_tokens.saturating_add(usage.completion_tokens);
    }

    /// A call cost so much; `None`: that is not known.
    pub(super) fn billed(&self, row: usize, cost: Option<Usd>) {
        let mut pages = self.pages();
        let record = pages.targets.entry(row).or_default();
        match cost {
            Some(cost) => record.cost += cost,
            None => record.unpriced += 1,
        }
    }

    /// What its provider said of its rate limits with its last answer.
    pub(super) fn has_left(&self, caller: Caller, quota: Option<Quota>, now: Instant) {
        let until = |quota: Quota| now + quota.resets_in.min(LONGEST_STATED);
        let mut pages = self.pages();
        pages.targets.entry(caller.row).or_default().quota = quota.map(|quota| (quota.left, until(quota)));
    }

    /// A call that began at `began` failed. `formats` are the media the target was given as they are.
    pub(super) fn failed(
        &self,
        caller: Caller,
        failure: &Failure,
        formats: &[MediaFormat],
        began: Instant,
        now: Instant,
    ) {
        let consequence = failure.kind.consequence();
        let mut pages = self.pages();
        let Caller { row, provider, host, key, keys, is_loopback } = caller;
        let mut cooldown = consequence.cooldown;
        if let Cooldown::KeyAndModel { stated, quota: false } = cooldown
            && stated.is_none_or(|stated| stated <= SHORT_RATE_LIMIT)
            && (0..keys).all(|other| other == key || pages.key_rests(row, provider, other, now).is_some())
        {
            // It is soon over, or its end is not known: the target is tried again as after a breakdown.
            cooldown = Cooldown::Growing { stated };
        }
        match cooldown {
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
            Cooldown::Host => {
                pages.hosts.entry(host).or_default().broke(began, now, None, is_loopback);
            }
            Cooldown::Model | Cooldown::Growing { .. } => {}
        }
        if failure.kind.is_verdict() {
            let opens = matches!(cooldown, Cooldown::Growing { .. });
            let of_target = pages.targets.get_mut(&row).map(|record| &mut record.circuit).filter(|_| !opens);
            of_target.map(|circuit| circuit.worked(began));
            pages.hosts.get_mut(&host).map(|circuit| circuit.worked(began));
        }
        let of_key = pages.by_key.entry((row, key)).or_default();
        of_key.failures += 1;
        of_key.last_failure = Some(failure.kind.name());
        let record = pages.targets.entry(row).or_default();
        record.failures += 1;
        record.last_failure = Some(failure.kind.name().to_owned());
        match cooldown {
            Cooldown::Model => record.gone_until = Some(now + MODEL_COOLDOWN),
            Cooldown::Growing { stated } => {
                record.circuit.broke(began, now, stated, is_loopback);
            }
            Cooldown::None | Cooldown::Key | Cooldown::KeyAndModel { .. } | Cooldown::Host => {}
        }
        if consequence.doubt {
            record.doubts(formats, now);
        }
        self.has_open.store(pages.has_open_circuits(), Ordering::Release);
        drop(pages);
        self.changed.notify_waiters();
    }

    /// Forgets why a target is not to be called, itself and with each of its keys.
    pub(super) fn forget_cooldowns(&self, row: usize) {
        let mut pages = self.pages();
        pages.pairs.retain(|(its, _), _| *its != row);
        if let Some(record) = pages.targets.get_mut(&row) {
            (record.gone_until, record.circuit) = (None, Circuit::default());
        }
        self.has_open.store(pages.has_open_circuits(), Ordering::Release);
        drop(pages);
        self.changed.notify_waiters();
    }

    /// How all targets are doing, by their places.
    pub(super) fn snapshot(&self, places: &[Place], now: Instant) -> HealthSnapshot {
        let pages = self.pages();
        if pages.targets.is_empty() && pages.keys.is_empty() && pages.pairs.is_empty() && pages.hosts.is_empty() {
            return HealthSnapshot::default();
        }
        let health = |(row, Place { provider, host, keys, .. }): (usize, &Place)| {
            let record = pages.targets.get(&row);
            // A target can be called as soon as one of its keys can.
            let keys_cooldown = (0..*keys).map(|key| pages.key_rests(row, *provider, key, now)).min().flatten();
            let of_host = pages.hosts.get(host).and_then(|circuit| circuit.left(now));
            Health {
                cooldown: keys_cooldown.max(record.and_then(|record| left(record.gone_until, now))),
                breakdown: of_host.max(record.and_then(|record| record.circuit.left(now))),
                latency_ms: record.and_then(|record| record.pace.mean_ms()).map(|ms| ms as u32),
                quota_left: record.and_then(|record| record.quota_left(now)),
                doubtful: record.map_or(Vec::new(), |record| record.doubtful(now)),
                ..Health::default()
            }
        };
        HealthSnapshot(places.iter().enumerate().map(health).collect())
    }

    /// Whether the last call of a target failed because of its rate.
    pub(super) fn was_asked_too_often(&self, row: usize) -> bool {
        let limited = FailureKind::RateLimited { retry_after: None }.name();
        let pages = self.pages();
        pages.targets.get(&row).is_some_and(|record| record.last_failure.as_deref() == Some(limited))
    }

    /// Takes over what another ledger knows of what has stayed.
    pub(super) fn inherit(&self, before: &Self, moved: &Moved) {
        let before = before.pages();
        let mut pages = self.pages();
        let row = |row: &usize| moved.rows.get(row).copied();
        let key = |provider: &usize, key: &usize| moved.keys.get(&(*provider, *key)).copied();
        pages.targets = before.targets.iter().filter_map(|(old, record)| Some((row(old)?, record.clone()))).collect();
        let hosts = before.hosts.iter();
        pages.hosts = hosts.filter_map(|(old, circuit)| Some((*moved.hosts.get(old)?, circuit.clone()))).collect();
        pages.keys = before.keys.iter().filter_map(|((of, old), until)| Some((key(of, old)?, *until))).collect();
        self.has_open.store(pages.has_open_circuits(), Ordering::Release);
    }

    /// What happened with a key of a target, and how much longer it may not call it.
    pub(super) fn of_key(
        &self,
        row: usize,
        provider: usize,
        key: usize,
        now: Instant,
    ) -> (KeyRecord, Option<Duration>) {
        let pages = self.pages();
        (pages.by_key.get(&(row, key)).copied().unwrap_or_default(), pages.key_rests(row, provider, key, now))
    }

    /// How much longer a target may not be called with a key, for whatever reason.
    pub(super) fn rests(&self, caller: Caller, now: Instant) -> Option<Duration> {
        let mut pages = self.pages();
        let of_key = pages.key_rests(caller.row, caller.provider, caller.key, now);
        of_key.max(pages.circuits(caller.row, caller.host).filter_map(|circuit| circuit.left(now)).max())
    }

    /// A key that was refused before the start rests on for so many milliseconds, and no longer than after a new refusal.
    pub(super) fn key_rests_on(&self, provider: usize, key: usize, now: Instant, left_ms: u64) {
        let until = now + Duration::from_millis(left_ms).min(KEY_REST);
        self.pages().keys.insert((provider, key), until);
    }

    /// Everything that is known, by row.
    pub(super) fn records(&self) -> Vec<(usize, Record)> {
        let mut all: Vec<_> = self.pages().targets.iter().map(|(row, record)| (*row, record.clone())).collect();
        all.sort_by_key(|(row, _)| *row);
        all
    }
}

impl Pages {
    fn has_open_circuits(&self) -> bool {
        self.targets.values().map(|record| &record.circuit).chain(self.hosts.values()).any(Circuit::is_open)
    }

    /// How much longer a key may not call a target.
    fn key_rests(&self, row: usize, provider: usize, key: usize, now: Instant) -> Option<Duration> {
        let of_key = left(self.keys.get(&(provider, key)).copied(), now);
        of_key.max(left(self.pairs.get(&(row, key)).copied(), now))
    }

    /// The circuits that a call to a target goes through, as far as there are any.
    pub(super) fn circuits(&mut self, row: usize, host: usize) -> impl Iterator<Item = &mut Circuit> {
        let of_target = self.targets.get_mut(&row).map(|record| &mut record.circuit);
        of_target.into_iter().chain(self.hosts.get_mut(&host))
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::DOUBT;
    use super::*;

    const CALLER: Caller = Caller { row: 0, provider: 0, host: 0, key: 0, keys: 1, is_loopback: false };
    const LOOPBACK: Caller = Caller { is_loopback: true, ..CALLER };

    fn at(provider: usize, host: usize, keys: usize) -> Place {
        Place { provider, host, keys, is_counted: false }
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn fail(ledger: &Ledger, caller: Caller, kind: FailureKind, now: Instant) {
        ledger.failed(caller, &Failure::new(kind, "test"), &[], now, now);
    }

    #[test]
    fn each_kind_of_failure_has_its_cooldown() {
        use FailureKind::*;
        // What cannot be called for how long, and what is not for how long after a breakdown.
        let rows = [
            (Malformed, None, None),
            (Unacceptable, None, None),
            (ContextTooLong, None, None),
            (ContentRefused, None, None),
            (ClientGone, None, None),
            (ModelGone, Some(MODEL_COOLDOWN), None),
            (BadKey, Some(KEY_REST), None),
            (RateLimited { retry_after: Some(secs(7)) }, Some(secs(7)), None),
            (RateLimited { retry_after: None }, None, Some(secs(2))),
            (RateLimited { retry_after: Some(Duration::MAX) }, Some(LONGEST_STATED), None),
            (QuotaSpent { resets_in: None }, Some(QUOTA_REST), None),
            (QuotaSpent { resets_in: Some(secs(90)) }, Some(secs(90)), None),
            (Overloaded { retry_after: None }, None, Some(secs(2))),
            (Overloaded { retry_after: Some(secs(9)) }, None, Some(secs(9))),
            (Unreachable, None, Some(secs(2))),
            (Lost, None, Some(secs(2))),
            (TimedOut, None, Some(secs(2))),
            (Garbled, None, Some(secs(2))),
            (EmptyAnswer, None, Some(secs(2))),
        ];
        for (kind, cooldown, breakdown) in rows {
            let (ledger, now) = (Ledger::default(), Instant::now());
            fail(&ledger, CALLER, kind.clone(), now);
            let health = ledger.snapshot(&[at(0, 0, 1)], now);
            let health = health.of(0).unwrap();
            assert_eq!((health.cooldown, health.breakdown), (cooldown, breakdown), "{kind:?}");
        }
    }

    #[test]
    fn a_server_on_this_machine_is_asked_again_soon() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        fail(&ledger, LOOPBACK, FailureKind::RateLimited { retry_after: Some(secs(600)) }, now);
        assert_eq!(ledger.snapshot(&[at(0, 0, 1)], now).of(0).unwrap().cooldown, Some(LONGEST_LOOPBACK_COOLDOWN));
    }

    #[test]
    fn a_host_cools_down_as_one_and_a_target_alone() {
        let now = Instant::now();
        let breakdowns = |kind: FailureKind| {
            let ledger = Ledger::default();
            fail(&ledger, CALLER, kind, now);
            let health = ledger.snapshot(&[at(0, 0, 1), at(0, 0, 1), at(1, 0, 1), at(2, 1, 1)], now);
            health.0.iter().map(|health| health.breakdown.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(breakdowns(FailureKind::Unreachable), [true, true, true, false], "one host serves two providers");
        assert_eq!(breakdowns(FailureKind::Lost), [true, false, false, false]);
    }

    #[test]
    fn one_call_probes_and_its_outcome_counts_for_all() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        fail(&ledger, CALLER, FailureKind::Unreachable, now);
        let later = now + secs(2);
        let probe = ledger.enter(0, 0, later, false).expect("the cooldown is over");
        assert!(ledger.enter(1, 0, later, false).is_err(), "one probe for the whole host");
        drop(probe);
        let _probe = ledger.enter(1, 0, later, false).expect("the probe before told nothing");
        ledger.worked(Caller { row: 1, ..CALLER }, later);
        assert!(ledger.enter(0, 0, later, false).is_ok());
        // A refusal shows as well that a target works.
        fail(&ledger, CALLER, FailureKind::Garbled, later);
        let _probe = ledger.enter(0, 0, later + secs(3), false).expect("the cooldown is over");
        fail(&ledger, CALLER, FailureKind::Unacceptable, later + secs(3));
        assert!(ledger.enter(0, 0, later + secs(3), false).is_ok());
    }

    #[test]
    fn what_is_left_of_a_limit_is_known_until_it_begins_anew() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let left = |now| ledger.snapshot(&[at(0, 0, 1)], now).of(0).unwrap().quota_left;
        ledger.has_left(CALLER, Some(Quota { left: 0.0, resets_in: secs(30), ..Quota::default() }), now);
        assert_eq!([left(now), left(now + secs(29)), left(now + secs(30))], [Some(0.0), Some(0.0), None]);
        // An answer that says nothing of limits ends what was known.
        ledger.has_left(CALLER, Some(Quota { left: 0.5, resets_in: secs(30), ..Quota::default() }), now);
        ledger.has_left(CALLER, None, now);
        assert_eq!(left(now), None);
    }

    #[test]
    fn keys_rotate_and_those_that_rest_are_left_out() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let pick = |tried: &[usize]| ledger.pick_key(0, 0, 3, tried, now);
        assert_eq!([pick(&[]), pick(&[]), pick(&[]), pick(&[])], [Some(0), Some(1), Some(2), Some(0)]);
        let limited = Failure::new(FailureKind::RateLimited { retry_after: Some(secs(9)) }, "test");
        ledger.failed(Caller { key: 1, ..CALLER }, &limited, &[], now, now);
        assert_eq!([pick(&[]), pick(&[]), pick(&[2])], [Some(2), Some(0), Some(0)]);
        // Another model of the provider may still use the key; a key that is unknown serves none.
        assert_eq!(ledger.pick_key(5, 0, 3, &[0, 2], now), Some(1));
        fail(&ledger, Caller { key: 1, ..CALLER }, FailureKind::BadKey, now);
        assert_eq!(ledger.pick_key(5, 0, 3, &[0, 2], now), None);
        // One key of three cools down: the target does not.
        assert_eq!(ledger.snapshot(&[at(0, 0, 3)], now).of(0).unwrap().cooldown, None);
    }

    #[test]
    fn the_last_key_at_a_limit_without_an_end_is_tried_now_and_then() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let limited = |key: usize, now: Instant| {
            let caller = Caller { key, keys: 2, ..CALLER };
            fail(&ledger, caller, FailureKind::RateLimited { retry_after: None }, now);
            let health = ledger.snapshot(&[at(0, 0, 2)], now).of(0).unwrap().clone();
            (health.cooldown, health.breakdown)
        };
        assert_eq!(limited(0, now), (None, None), "another key is left");
        assert_eq!(limited(1, now), (None, Some(secs(2))));
        assert!(ledger.enter(0, 0, now, false).is_err());
        assert!(ledger.enter(0, 0, now + secs(1), true).is_ok(), "nothing else is left: a probe a second");
        assert_eq!(ledger.pick_key(0, 0, 2, &[], now), Some(1));
        assert_eq!(limited(1, now + secs(2)), (None, Some(secs(4))), "it grows as after any breakdown");
        ledger.worked(Caller { key: 1, keys: 2, ..CALLER }, now + secs(6));
        assert!(ledger.enter(0, 0, now + secs(6), false).is_ok());
    }

    #[test]
    fn complaints_in_a_row_make_a_format_doubtful_for_a_while() {
        let (ledger, now) = (Ledger::default(), Instant::now());
        let complain = || {
            let complaint = Failure::new(FailureKind::Unacceptable, "test");
            ledger.failed(CALLER, &complaint, &[MediaFormat::Pdf], now, now);
        };
        let doubtful = |now| ledger.snapshot(&[at(0, 0, 1)], now).of(0).unwrap().doubtful.clone();
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

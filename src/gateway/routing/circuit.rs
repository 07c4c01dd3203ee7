//! Circuit breakers: what broke down is left alone for a while, then asked by one call at a time until it answers.
//!
//! A circuit is *closed* while calls go through. A breakdown *opens* it for some seconds, twice as many each time in a
//! row. After that it is *half-open*: one call goes through as a probe, and its outcome closes or opens it again. Only
//! calls that began after the last change count: a hundred calls that were under way when a provider broke down are one
//! breakdown. Time comes in as a value; the ledger owns one circuit for each target and each host.

use std::time::{Duration, Instant};

/// The first cooldown; each further one in a row is twice as long …
const FIRST: Duration = Duration::from_secs(2);
/// … up to this, so that a target is used again soon after any outage …
const LONGEST: Duration = Duration::from_secs(20);
/// … and on this machine a server is up again sooner.
const LONGEST_LOOPBACK: Duration = Duration::from_secs(5);
/// Between two probes of a target for which there is no alternative.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// A circuit breaker.
#[derive(Debug, Clone, Default)]
pub(super) struct Circuit {
    open: Option<Open>,
    /// When it last opened; calls that were under way then say nothing new.
    opened: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Open {
    until: Instant,
    /// How often in a row.
    times: u32,
    /// When the last call was let through.
    probed: Instant,
    is_probing: bool,
}

/// Whether a call may go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// As any other.
    Closed,
    /// As a probe.
    Probe,
    /// Not for so long; sooner if a probe's outcome says so.
    Open(Duration),
}

impl Circuit {
    /// Whether it is open or half-open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How much longer it stays open for most calls; `None`: a call may go through.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let open = self.open.as_ref()?;
        let left = open.until.saturating_duration_since(now);
        // While a probe is under way there is nothing to wait for but its outcome.
        let least = if open.is_probing { Duration::from_millis(1) } else { Duration::ZERO };
        Some(left.max(least)).filter(|left| !left.is_zero())
    }

    /// Whether a call may go through now. `is_last`: it has no other target, so it may probe during the cooldown.
    pub(super) fn gate(&self, now: Instant, is_last: bool) -> Gate {
        let Some(open) = &self.open else { return Gate::Closed };
        let left = open.until.saturating_duration_since(now);
        if left.is_zero() && !open.is_probing {
            return Gate::Probe;
        }
        // A probe may take long; where there is nothing else, another goes through beside it.
        let next_probe = (open.probed + PROBE_EVERY).saturating_duration_since(now);
        match is_last {
            true if next_probe.is_zero() => Gate::Probe,
            true if open.is_probing => Gate::Open(next_probe),
            true => Gate::Open(next_probe.min(left)),
            false if open.is_probing => Gate::Open(left.max(PROBE_EVERY)),
            false => Gate::Open(left),
        }
    }

    /// A probe goes through.
    pub(super) fn probe(&mut self, now: Instant) {
        if let Some(open) = &mut self.open {
            (open.probed, open.is_probing) = (now, true);
        }
    }

    /// The probe that began then ended, whatever came of it. One that another has followed ends nothing.
    pub(super) fn probe_ended(&mut self, began: Instant) {
        if let Some(open) = self.open.as_mut().filter(|open| open.probed == began) {
            open.is_probing = false;
        }
    }

    /// A call that began at `began` broke down; `stated` is how long its provider asked to be left alone. Gives whether
    /// anything changed.
    pub(super) fn broke(&mut self, began: Instant, now: Instant, stated: Option<Duration>, is_loopback: bool) -> bool {
        let times = match &self.open {
            Some(open) if began >= open.until => open.times.saturating_add(1),
            Some(_) => return false,
            None if self.opened.is_some_and(|opened| began < opened) => return false,
            None => 0,
        };
        let longest = if is_loopback { LONGEST_LOOPBACK } else { LONGEST };
        let grown = FIRST.saturating_mul(1 << times.min(8)).max(stated.unwrap_or_default()).min(longest);
        self.open = Some(Open { until: now + grown, times, probed: now, is_probing: false });
        self.opened = Some(now);
        true
    }

    /// A call that began at `began` was answered. Gives whether anything changed.
    pub(super) fn worked(&mut self, began: Instant) -> bool {
        let is_news = self.opened.is_some_and(|opened| began >= opened);
        is_news && self.open.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn broken(at: Instant) -> Circuit {
        let mut circuit = Circuit::default();
        assert!(circuit.broke(at, at, None, false));
        circuit
    }

    #[test]
    fn a_hundred_calls_that_fail_together_are_one_breakdown() {
        let start = Instant::now();
        let mut circuit = Circuit::default();
        for call in 0..100 {
            let failed = start + Duration::from_millis(call);
            assert_eq!(circuit.broke(start, failed, None, false), call == 0);
        }
        assert_eq!(circuit.left(start), Some(secs(2)));
        // One that began in the cooldown says nothing new either.
        assert!(!circuit.broke(start + secs(1), start + secs(5), None, false));
        assert_eq!(circuit.left(start + secs(2)), None);
        // Nor do those that were under way when it opened, whatever comes of them.
        assert!(!circuit.worked(start - secs(1)), "it began before");
        assert!(circuit.worked(start + secs(3)));
        assert!(!circuit.broke(start - secs(1), start + secs(9), None, false));
        assert_eq!(circuit.gate(start + secs(9), false), Gate::Closed);
    }

    #[test]
    fn cooldowns_double_up_to_their_longest_and_begin_anew_after_an_answer() {
        let rows = [(false, None, [2, 4, 8, 16, 20, 20]), (true, None, [2, 4, 5, 5, 5, 5])];
        for (is_loopback, stated, expected) in rows {
            let (mut circuit, mut now) = (Circuit::default(), Instant::now());
            for cooldown in expected {
                assert!(circuit.broke(now, now, stated, is_loopback));
                assert_eq!(circuit.left(now), Some(secs(cooldown)));
                now += secs(cooldown);
            }
            circuit.worked(now);
            circuit.broke(now, now, stated, is_loopback);
            assert_eq!(circuit.left(now), Some(secs(2)));
        }
        let now = Instant::now();
        for (stated, expected) in [(secs(1), secs(2)), (secs(9), secs(9)), (secs(3600), LONGEST)] {
            let mut circuit = Circuit::default();
            circuit.broke(now, now, Some(stated), false);
            assert_eq!(circuit.left(now), Some(expected));
        }
    }

    #[test]
    fn a_cooldown_ends_with_one_probe_whose_outcome_counts() {
        let start = Instant::now();
        let mut circuit = broken(start);
        assert_eq!(circuit.gate(start + secs(1), false), Gate::Open(secs(1)));
        let half_open = start + secs(2);
        assert_eq!((circuit.gate(half_open, false), circuit.left(half_open)), (Gate::Probe, None));
        circuit.probe(half_open);
        assert!(matches!(circuit.gate(half_open, true), Gate::Open(_)) && circuit.left(half_open).is_some());
        // One that takes long is no reason to wait where nothing else is left.
        assert_eq!(circuit.gate(half_open + secs(1), true), Gate::Probe);
        assert!(matches!(circuit.gate(half_open + secs(1), false), Gate::Open(_)));
        // A probe whose client left says nothing; the next call is one.
        circuit.probe_ended(half_open + secs(1));
        assert!(matches!(circuit.gate(half_open, false), Gate::Open(_)), "another probe is under way");
        circuit.probe_ended(half_open);
        assert_eq!(circuit.gate(half_open, false), Gate::Probe);
        circuit.probe(half_open);
        assert!(circuit.broke(half_open, half_open, None, false));
        assert_eq!(circuit.left(half_open), Some(secs(4)));
    }

    #[test]
    fn a_target_without_an_alternative_is_probed_once_a_second() {
        let start = Instant::now();
        let mut circuit = broken(start);
        assert_eq!(circuit.gate(start, true), Gate::Open(secs(1)));
        let later = start + secs(1);
        assert_eq!(circuit.gate(later, true), Gate::Probe);
        circuit.probe(later);
        assert!(!circuit.broke(later, later, None, false), "the cooldown goes on as it was");
        circuit.probe_ended(later);
        assert_eq!(circuit.gate(later, true), Gate::Open(secs(1)));
        circuit.worked(later);
        assert_eq!(circuit.gate(later, true), Gate::Closed);
    }
}

//! The course of one run: which candidate is next, what came of those before, and when it is over.
//!
//! Candidates that may be called come first, in the order of the plan. When only those are left that cool down after a
//! breakdown, one call a second goes through to each as a probe; the others wait for its outcome, and go on if the target
//! is well again.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use mediary_core::plan::{Candidate, PassedOver, Reason};
use mediary_core::{Cooldown, Failure};
use tokio::time::timeout;

use super::error::Tried;
use super::fleet::Fleet;
use super::ledger::Ledger;
use super::passes::Pass;
use super::work::{Ran, Verdict};
use crate::config::Routing;

/// So long a request waits for targets that cool down to be well again, where no other is left.
const PATIENCE: Duration = Duration::from_secs(5);

/// A candidate that may be asked now.
#[derive(Debug)]
pub(super) struct Turn<'r> {
    pub(super) candidate: &'r Candidate,
    /// Whether another candidate is left that may be called.
    pub(super) has_alternative: bool,
    /// Whether others may wait for its outcome.
    pub(super) is_probe: bool,
    /// Whether an answer has begun that is wanted whole.
    pub(super) has_begun: Arc<AtomicBool>,
    /// Kept until the candidate has answered or failed.
    _pass: Pass<'r>,
}

/// What came of asking one candidate.
#[derive(Debug)]
pub(super) struct Asked<A> {
    pub(super) verdict: Option<Verdict<A>>,
    pub(super) tried: Vec<Tried>,
    /// Calls so far, those before this candidate included.
    pub(super) attempts: u32,
    /// Those of them that were made because the one before might be mended by another.
    pub(super) repeats: u32,
    /// Time spent on calls; treatments are not counted.
    pub(super) spent: Duration,
    /// After a complaint about its length, only targets that hold more are asked.
    pub(super) larger_than: Option<u32>,
    /// What ends the run.
    pub(super) stop: Option<Failure>,
}

impl<A> Asked<A> {
    /// How many calls failed before the last one, each with its repetition counted once.
    pub(super) fn fallbacks(&self) -> u32 {
        self.attempts.saturating_sub(self.repeats + 1)
    }

    /// Whether nothing is to be waited for beside it.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Answer(_))) || self.stop.is_some()
    }

    /// What came of two candidates, of which this one failed.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.tried.extend(other.tried);
        Self {
            tried: self.tried,
            attempts: self.attempts.max(other.attempts),
            repeats: self.repeats.max(other.repeats),
            spent: self.spent.max(other.spent),
            larger_than: self.larger_than.max(other.larger_than),
            ..other
        }
    }
}

/// The calls of one run, and for how long more new attempts may begin.
pub(super) struct Course<'r, A> {
    pub(super) ran: Ran<A>,
    pub(super) attempts: u32,
    repeats: u32,
    spent: Duration,
    larger_than: Option<u32>,
    routing: &'r Routing,
    ledger: &'r Ledger,
    fleet: &'r Fleet,
    waiting: VecDeque<&'r Candidate>,
    /// Those that cool down, in their order.
    cooling: Vec<&'r Candidate>,
    /// Until when targets that cool down are waited for.
    patience: Option<Instant>,
}

impl<'r, A> Course<'r, A> {
    pub(super) fn new(routing: &'r Routing, ledger: &'r Ledger, fleet: &'r Fleet) -> Self {
        Self {
            ran: Ran::default(),
            attempts: 0,
            repeats: 0,
            spent: Duration::ZERO,
            larger_than: None,
            routing,
            ledger,
            fleet,
            waiting: VecDeque::new(),
            cooling: Vec::new(),
            patience: None,
        }
    }

    /// Nothing asked yet of the next candidate, after the calls of those before.
    pub(super) fn asked(&self) -> Asked<A> {
        Asked {
            verdict: None,
            tried: Vec::new(),
            attempts: self.attempts,
            repeats: self.repeats,
            spent: Duration::ZERO,
            larger_than: None,
            stop: None,
        }
    }

    /// Begins a round through all candidates; in later ones only those are asked again that failed in a way that may have
    /// passed.
    pub(super) fn begin_round(&mut self, candidates: &'r [Candidate], round: u32) {
        let tried = &self.ran.tried;
        let may_have_passed = |candidate: &&Candidate| {
            let last = tried.iter().rfind(|tried| tried.target == candidate.target);
            let cooldown = last.map(|tried| tried.kind.consequence().cooldown);
            round == 0 || cooldown.is_none_or(|cooldown| matches!(cooldown, Cooldown::Growing { .. } | Cooldown::Host))
        };
        self.waiting = candidates.iter().filter(may_have_passed).collect();
        self.cooling.clear();
        self.ran.passed_over.clear();
    }

    /// The candidate that is asked next; `None`: the round is over.
    pub(super) async fn next(&mut self) -> Option<Turn<'r>> {
        if self.attempts >= self.routing.max_attempts || self.spent >= self.routing.budget {
            return None;
        }
        match self.next_open() {
            Some(turn) => Some(turn),
            None if self.cooling.is_empty() => None,
            // Boxed, as all that most runs do not need: it would be a part of every run's future.
            None => Box::pin(self.next_cooling()).await,
        }
    }

    /// The next candidate that does not cool down, for a call beside one that is under way.
    pub(super) fn next_beside(&mut self) -> Option<Turn<'r>> {
        if self.has_attempts() && self.spent < self.routing.budget { self.next_open() } else { None }
    }

    /// The next candidate that does not cool down.
    pub(super) fn next_open(&mut self) -> Option<Turn<'r>> {
        while let Some(candidate) = self.waiting.pop_front() {
            if self.is_too_small(candidate) {
                continue;
            }
            match self.enter(candidate, false) {
                Ok(pass) => {
                    let has_alternative = self.has_attempts()
                        && (!self.cooling.is_empty() || self.waiting.iter().any(|other| self.may_be_next(other)));
                    return Some(Turn {
                        candidate,
                        has_alternative,
                        is_probe: pass.is_probe(),
                        has_begun: Arc::default(),
                        _pass: pass,
                    });
                }
                Err(_) => self.cooling.push(candidate),
            }
        }
        None
    }

    /// Whether another call may follow the next one.
    fn has_attempts(&self) -> bool {
        self.attempts + 1 < self.routing.max_attempts
    }

    async fn next_cooling(&mut self) -> Option<Turn<'r>> {
        let cooling = std::mem::take(&mut self.cooling);
        self.cooling = cooling.into_iter().filter(|candidate| !self.is_too_small(candidate)).collect();
        // A doubted reply is worth more than waiting.
        let patience = if self.ran.doubted.is_empty() { PATIENCE } else { Duration::ZERO };
        let until = *self.patience.get_or_insert_with(|| Instant::now() + patience);
        loop {
            let mut changed = pin!(self.ledger.changed());
            changed.as_mut().enable();
            let mut soonest: Option<Duration> = None;
            for (place, &candidate) in self.cooling.iter().enumerate() {
                match self.enter(candidate, true) {
                    Ok(pass) => {
                        self.cooling.remove(place);
                        let has_alternative = self.has_attempts() && !self.cooling.is_empty();
                        return Some(Turn {
                            candidate,
                            has_alternative,
                            is_probe: true,
                            has_begun: Arc::default(),
                            _pass: pass,
                        });
                    }
                    Err(left) => soonest = Some(soonest.map_or(left, |soonest| soonest.min(left))),
                }
            }
            let patience = until.saturating_duration_since(Instant::now());
            let Some(soonest) = soonest.filter(|_| !patience.is_zero()) else { break };
            // Which of the two it was does not matter: all are looked at again.
            let _elapsed = timeout(soonest.min(patience), changed).await;
        }
        let now = Instant::now();
        let health = self.fleet.health(self.ledger, now);
        for candidate in self.cooling.drain(..) {
            let left = health.of(candidate.row).and_then(|health| health.breakdown).unwrap_or_default();
            let reason = Reason::CoolingDown { left };
            self.ran.passed_over.push(PassedOver { target: candidate.target.clone(), reason });
        }
        None
    }

    /// Takes note of what came of a candidate.
    ///
    /// # Errors
    /// What ends the run.
    pub(super) fn takes(&mut self, asked: Asked<A>) -> Result<(), Failure> {
        self.attempts = asked.attempts;
        self.repeats = asked.repeats;
        self.spent += asked.spent;
        self.larger_than = asked.larger_than.max(self.larger_than);
        self.ran.tried.extend(asked.tried);
        if let Some(failure) = asked.stop {
            return Err(failure);
        }
        match asked.verdict {
            Some(Verdict::Answer(answer)) => self.ran.answer = Some(answer),
            Some(Verdict::Doubted(doubted)) => self.ran.doubted.push(doubted),
            None => {}
        }
        Ok(())
    }

    fn enter(&self, candidate: &Candidate, is_last: bool) -> Result<Pass<'r>, Duration> {
        self.ledger.enter(candidate.row, self.fleet.host_of(candidate.row), Instant::now(), is_last)
    }

    fn may_be_next(&self, candidate: &Candidate) -> bool {
        !self.is_too_small(candidate)
            && !self.ledger.is_open(candidate.row, self.fleet.host_of(candidate.row), Instant::now())
    }

    /// Whether a candidate holds no more than one that complained about the length.
    fn is_too_small(&self, candidate: &Candidate) -> bool {
        let Some(complained) = self.larger_than else { return false };
        self.fleet.matrix.rows()[candidate.row].context_tokens.is_none_or(|context| context <= complained)
    }
}

//! A window: how much was used of what a limit allows within its time.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::DailyReset;

/// A window's time is cut into so many slots at least; what was used in one is forgotten together.
const SLOTS: u64 = 512;
/// No slot is longer, so that what comes back is used soon after.
const LONGEST_SLOT_MS: u64 = 30_000;

/// How much was used within a time that moves along, or within a day that begins at a vendor's hour. Times are
/// milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    span: Span,
    used: u64,
    /// What was used, by slot, the oldest first; a day that begins at an hour has one slot.
    slots: VecDeque<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Span {
    /// Any so many milliseconds.
    Sliding(u64),
    /// From one reset to the next.
    Daily(DailyReset),
}

impl Window {
    pub(super) fn of(span: Span) -> Self {
        Self { span, used: 0, slots: VecDeque::new() }
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Where a moment belongs: a slot of a sliding window by its number, a day by the moment it began.
    fn slot(&self, at: u64) -> u64 {
        match self.span {
            Span::Sliding(span) => at / slot_ms(span),
            Span::Daily(reset) => milliseconds(reset.before(seconds(at))),
        }
    }

    /// How long its time is, and, where it begins at an hour, when that was and when it ends.
    pub(super) fn bounds(&self, now: u64) -> (u64, Option<(u64, u64)>) {
        match self.span {
            Span::Sliding(span) => (span, None),
            Span::Daily(_) => {
                let began = self.slot(now);
                let ends = self.ends(began);
                (ends.saturating_sub(began), Some((began, ends)))
            }
        }
    }

    /// When what was used in a slot does not count any more.
    fn ends(&self, slot: u64) -> u64 {
        match self.span {
            // All of it counts as if it had been used at the slot's end.
            Span::Sliding(span) => (slot + 1) * slot_ms(span) + span,
            Span::Daily(reset) => milliseconds(reset.after(seconds(slot))),
        }
    }

    /// Forgets what does not count any more.
    fn forget(&mut self, now: u64) {
        while let Some((slot, used)) = self.slots.front().copied()
            && self.ends(slot) <= now
        {
            self.used = self.used.saturating_sub(used);
            self.slots.pop_front();
        }
    }

    /// How much of a limit is left.
    pub(super) fn left(&mut self, limit: u64, now: u64) -> u64 {
        self.forget(now);
        limit.saturating_sub(self.used)
    }

    /// When so much of a limit will be left, if nothing more is used; it has to be within the limit.
    pub(super) fn free_at(&mut self, limit: u64, amount: u64, now: u64) -> u64 {
        self.forget(now);
        let mut used = self.used;
        let mut at = now;
        for (slot, its) in &self.slots {
            if used.saturating_add(amount) <= limit {
                break;
            }
            used = used.saturating_sub(*its);
            at = self.ends(*slot);
        }
        at
    }

    /// When all that was used is forgotten: how long it takes at most until the whole limit is there again.
    pub(super) fn whole_at(&mut self, now: u64) -> Option<u64> {
        self.forget(now);
        self.slots.back().map(|(slot, _)| self.ends(*slot))
    }

    pub(super) fn take(&mut self, amount: u64, now: u64) {
        self.forget(now);
        let slot = self.slot(now);
        self.used += amount;
        match self.slots.back_mut() {
            // A clock that was set back takes from the slot that is there.
            Some((last, used)) if *last >= slot => *used += amount,
            Some(_) | None => self.slots.push_back((slot, amount)),
        }
    }

    /// What was taken at a moment was less or more than was thought then.
    pub(super) fn correct(&mut self, at: u64, taken: u64, used: u64) {
        let slot = self.slot(at);
        let Some((_, its)) = self.slots.iter_mut().find(|(its, _)| *its >= slot) else { return };
        let corrected = (*its + used).saturating_sub(taken);
        self.used = (self.used + corrected).saturating_sub(*its);
        *its = corrected;
    }
}

fn slot_ms(span: u64) -> u64 {
    (span / SLOTS).clamp(1, LONGEST_SLOT_MS)
}

fn seconds(ms: u64) -> i64 {
    i64::try_from(ms / 1_000).unwrap_or(i64::MAX)
}

fn milliseconds(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000)
}

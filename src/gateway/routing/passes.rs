//! Leave to call a target: none while it cools down after a breakdown, but for one call that finds out whether it is well.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::circuit::Gate;
use super::ledger::Ledger;

impl Ledger {
    /// Whether a target may be called now, as far as breakdowns go. `is_last`: no other target is left.
    pub(super) fn enter(&self, row: usize, host: usize, now: Instant, is_last: bool) -> Result<Pass<'_>, Duration> {
        if !self.has_open.load(Ordering::Acquire) {
            return Ok(Pass(None));
        }
        let mut pages = self.pages();
        let closed = || Gate::Closed;
        let of_target = pages.targets.get(&row).map_or_else(closed, |record| record.circuit.gate(now, is_last));
        let of_host = pages.hosts.get(&host).map_or_else(closed, |circuit| circuit.gate(now, is_last));
        let mut is_probe = false;
        for gate in [of_target, of_host] {
            match gate {
                Gate::Closed => {}
                Gate::Probe => is_probe = true,
                Gate::Open(left) => return Err(left),
            }
        }
        if !is_probe {
            return Ok(Pass(None));
        }
        pages.circuits(row, host).for_each(|circuit| circuit.probe(now));
        Ok(Pass(Some(Probe { ledger: self, row, host, began: now })))
    }

    /// Whether a target cools down after a breakdown.
    pub(super) fn is_open(&self, row: usize, host: usize, now: Instant) -> bool {
        self.has_open.load(Ordering::Acquire)
            && self.pages().circuits(row, host).any(|circuit| circuit.left(now).is_some())
    }
}

/// Leave to call a target. Where that is a probe of what broke down, no other call goes through until this is dropped.
#[derive(Debug)]
pub(super) struct Pass<'l>(Option<Probe<'l>>);

#[derive(Debug)]
struct Probe<'l> {
    ledger: &'l Ledger,
    row: usize,
    host: usize,
    began: Instant,
}

impl Pass<'_> {
    /// Whether others wait for what comes of it.
    pub(super) fn is_probe(&self) -> bool {
        self.0.is_some()
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(Probe { ledger, row, host, began }) = self.0.take() {
            ledger.pages().circuits(row, host).for_each(|circuit| circuit.probe_ended(began));
            ledger.changed.notify_waiters();
        }
    }
}

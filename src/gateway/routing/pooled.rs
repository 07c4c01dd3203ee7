//! Free limits that several servers count together: what is taken for a call is taken here, and of the shared counters as
//! well, where there are any. Where these are away, each server counts what it uses itself.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::ModelName;
use mediary_core::plan::Candidate;
use mediary_core::quota::{self, Allowance, Axis, Bound, Full, KeyMeters, Limited};
use mediary_store::{Ask, Counters, Hold, Lacking, Room, Span, Stands, UsedIn};

use super::deferred::Deferred;
use super::fleet::Fleet;
use super::ledger::Caller;
use super::{Planned, Router, quotas};

/// A window that moves along is cut into so many slots.
const SLOTS: u64 = 128;

/// Room for one call within the free limits of a key. Dropped unsettled, the request was made and nothing came of it.
#[derive(Debug)]
pub(super) struct Held {
    own: quota::Held,
    pooled: Option<Pooled>,
}

impl Held {
    /// The call has ended, and used so many tokens.
    pub(super) fn settle(mut self, tokens: u64) {
        if let Some(pooled) = &mut self.pooled {
            pooled.used = tokens;
        }
        self.own.settle(tokens);
    }
}

/// What a call holds of the shared counters until it is dropped.
#[derive(Debug)]
struct Pooled {
    counters: Arc<Counters>,
    scope: String,
    id: String,
    /// What counts tokens, …
    windows: Vec<Span>,
    /// … and how many were used.
    used: u64,
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let used = std::mem::take(&mut self.windows).into_iter().map(|span| UsedIn { span, amount: self.used });
        let used = if self.used > 0 { used.collect() } else { Vec::new() };
        let ask = Ask { release: vec![std::mem::take(&mut self.id)], used, ..Ask::default() };
        // What is not heard of ends by itself; that much is used and not counted then.
        self.counters.tell(&self.scope, ask, || {});
    }
}

/// Room for a call within the free limits of a key, where its target has any.
///
/// # Errors
/// When there is none, here or with the other servers.
pub(super) async fn hold(
    router: &Router,
    fleet: &Fleet,
    candidate: &Candidate,
    planned: &Planned,
    caller: Caller,
) -> Result<Option<Held>, Full> {
    // Nothing is called for what a batch has answered.
    if planned.account.deferred().is_some_and(Deferred::is_answered) {
        return Ok(None);
    }
    let Some((meters, bound)) = fleet.meters(caller) else { return Ok(None) };
    let tokens = quotas::tokens(candidate, &planned.demand);
    let model = &candidate.target.model;
    let own = meters.hold(model, bound, tokens, quotas::now_ms())?;
    let Some(counters) = router.shared.get() else { return Ok(Some(Held { own, pooled: None })) };
    let member = fleet.member(candidate.row);
    let scope = format!("quota:{}:{}", member.id().as_str(), member.fingerprint(caller.key).unwrap_or_default());
    // Most servers share nothing, and their calls are not to carry the room for it.
    match Box::pin(take(counters, scope, (meters, bound), model, tokens)).await {
        Ok(pooled) => Ok(Some(Held { own, pooled })),
        Err((full, axis)) => {
            own.undo();
            if let Full::Until(at) = full
                && !axis.counts_tokens()
            {
                // Other servers have used it up; the next plan is to know.
                let now = quotas::now_ms();
                let none = Allowance { left: 0, resets_in: Duration::from_millis(at.saturating_sub(now)) };
                meters.told(model, Some(none), None, now);
            }
            Err(full)
        }
    }
}

async fn take(
    counters: &Arc<Counters>,
    scope: String,
    (meters, bound): (&KeyMeters, Bound),
    model: &ModelName,
    (least, most): (u64, u64),
) -> Result<Option<Pooled>, (Full, Axis)> {
    let now = quotas::now_ms();
    let (whole, of_model) = meters.limited(model, bound, now);
    let of_whole = whole.into_iter().map(|limited| (String::new(), limited));
    let limits: Vec<(String, Limited)> =
        of_whole.chain(of_model.into_iter().map(|limited| (format!("{} ", model.as_str()), limited))).collect();
    if limits.is_empty() {
        return Ok(None);
    }
    let windows: Vec<Room> = limits.iter().map(|(of, limited)| room(of, limited, least, most)).collect();
    let counting: Vec<Span> = windows.iter().filter(|room| !room.stays).map(|room| room.span.clone()).collect();
    let id = counters.new_id();
    let hold = (!counting.is_empty()).then(|| Hold { id: id.clone(), needs: Vec::new() });
    let holds = hold.is_some();
    let Ok(answer) = counters.ask(&scope, Ask { windows, hold, ..Ask::default() }).await else { return Ok(None) };
    let refused = |at: usize, full: &dyn Fn(&Limited) -> Full| match limits.get(at) {
        Some((_, limited)) => Err((full(limited), limited.axis)),
        None => Ok(None),
    };
    match answer {
        Ok(_) => Ok(holds.then(|| Pooled { counters: counters.clone(), scope, id, windows: counting, used: 0 })),
        Err(Lacking::Never { at }) => refused(at, &|limited| Full::TooLarge { most: limited.limit }),
        Err(Lacking::Room { at, ends_in }) => refused(at, &|_| Full::Until(now + ends_in.max(1))),
        // Nothing of that was asked for.
        Err(Lacking::Places | Lacking::Budget { .. }) => Ok(None),
    }
}

/// What a limit has to have room for.
fn room(of: &str, limited: &Limited, least: u64, most: u64) -> Room {
    let Limited { axis, limit, span_ms, stands } = *limited;
    let span = Span {
        name: format!("{of}{}", axis.name()).into(),
        span: span_ms,
        each: (span_ms / SLOTS).max(1),
        stands: stands.map(|(began, ends)| Stands { began, ends }),
    };
    match axis.counts_tokens() {
        true => Room { span, limit: Some(limit), least, most, stays: false },
        false => Room { span, limit: Some(limit), least: 1, most: 1, stays: true },
    }
}

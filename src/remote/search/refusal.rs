//! Why an engine does not search, from its status and its words.

use std::time::Duration;

use http::HeaderMap;
use mediary_core::{Failure, FailureKind};

use super::engine::SearchEngine;
use crate::blame::{Complaint, kind_of_status, shown};

/// The failure that an answer stands for which is no success.
pub(super) fn refusal(engine: SearchEngine, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    let complaint = Complaint::of_body(body);
    let name = engine.title();
    if engine == SearchEngine::Searxng && status == 403 {
        let detail = format!("{name} gives no JSON (403): add `json` to `formats` under `search` in its settings.yml");
        return Failure::new(FailureKind::BadKey, detail);
    }
    let kind = match (engine, kind_of_status(status, headers, &complaint.message)) {
        (SearchEngine::Brave, FailureKind::RateLimited { retry_after: None }) => {
            FailureKind::RateLimited { retry_after: reset(headers) }
        }
        // Google says of a key whose day is over that it may not do this.
        (SearchEngine::Google, FailureKind::BadKey) if complaint.message.to_lowercase().contains("quota") => {
            FailureKind::QuotaSpent { resets_in: None }
        }
        // An engine has no models: its address is wrong.
        (_, FailureKind::ModelGone) => FailureKind::Unreachable,
        (_, kind) => kind,
    };
    let what = match &kind {
        FailureKind::BadKey => "refused the key",
        FailureKind::RateLimited { .. } => "was asked too often",
        FailureKind::QuotaSpent { .. } => "finds the quota or credit of its key spent",
        FailureKind::Overloaded { .. } => "is overloaded or broke down",
        FailureKind::Unreachable => "does not search at this address; check its url under [search]",
        FailureKind::Unacceptable => "does not take the search",
        _ => "gave no usable answer",
    };
    let said = if kind == FailureKind::Unacceptable { shown(&complaint.message) } else { String::new() };
    let said = if said.is_empty() { said } else { format!(": {said}") };
    Failure::new(kind, format!("{name} {what} ({status}){said}"))
}

/// When Brave's limits that are reached begin anew: a list of what is left beside a list of seconds.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let list = |name: &str| -> Vec<u64> {
        let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        text.split(',').map(|number| number.trim().parse().unwrap_or(0)).collect()
    };
    let (left, reset) = (list("x-ratelimit-remaining"), list("x-ratelimit-reset"));
    let waits = left.iter().zip(&reset).filter(|(left, _)| **left == 0).map(|(_, reset)| *reset);
    waits.max().map(Duration::from_secs)
}

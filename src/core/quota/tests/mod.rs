//! Meters against vendors that count for themselves.

mod meters;
mod week;

use std::sync::Arc;

use super::*;
use crate::ModelName;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
/// 2026-06-29 00:00:00 UTC, a Monday.
const START: u64 = 1_782_691_200_000;

fn limits(rpm: Option<u32>, rpd: Option<u32>, tpm: Option<u32>, tpd: Option<u32>) -> FreeLimits {
    FreeLimits {
        requests_per_minute: rpm,
        requests_per_day: rpd,
        tokens_per_minute: tpm,
        tokens_per_day: tpd,
        ..FreeLimits::default()
    }
}

fn m() -> ModelName {
    ModelName::new("m")
}

fn meters(whole: FreeLimits, model: FreeLimits) -> Arc<KeyMeters> {
    Arc::new(KeyMeters::new(whole, [(m(), model)]))
}

/// Draws without a clock or chance of their own.
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A call as a vendor sees it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: u64,
    taken: u64,
    used: u64,
}

/// Whether calls, in their order, keep to a limit of requests and one of tokens within any so many milliseconds. Tokens may
/// pass it by as much as calls used more than was taken for them.
fn keeps_to(calls: &[Seen], span: u64, requests: Option<u32>, tokens: Option<u32>) -> Result<(), String> {
    let mut first = 0;
    let (mut used, mut beyond) = (0, 0);
    for (index, call) in calls.iter().enumerate() {
        used += call.used;
        beyond += call.used.saturating_sub(call.taken);
        while calls[first].at + span <= call.at {
            used -= calls[first].used;
            beyond -= calls[first].used.saturating_sub(calls[first].taken);
            first += 1;
        }
        let count = (index - first + 1) as u64;
        if requests.is_some_and(|most| count > u64::from(most)) {
            return Err(format!("{count} requests within {span} ms at {}", call.at));
        }
        if tokens.is_some_and(|most| used > u64::from(most) + beyond) {
            return Err(format!("{used} tokens within {span} ms at {}", call.at));
        }
    }
    Ok(())
}

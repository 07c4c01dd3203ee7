//! How long an answer may take: until its first frame, and between two pieces of it.

use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use tokio::time::Instant;

use crate::Timeouts;

/// Signs of life such as comments put the end of patience off, but not beyond so many times what was allowed.
const MOST_PATIENCE: u32 = 4;

/// The time of one call.
#[derive(Debug)]
pub(super) struct Clock {
    timeouts: Timeouts,
    started: Instant,
    /// When the last piece arrived; at first, when the call began.
    alive: Instant,
    /// Whether a frame has arrived.
    begun: bool,
}

impl Clock {
    pub(super) fn start(timeouts: Timeouts) -> Self {
        let now = Instant::now();
        Self { timeouts, started: now, alive: now, begun: false }
    }

    /// A piece has arrived.
    pub(super) fn piece(&mut self) {
        self.alive = Instant::now();
    }

    /// A frame has arrived.
    pub(super) fn frame(&mut self) {
        self.begun = true;
    }

    /// When patience ends.
    pub(super) fn deadline(&self) -> Instant {
        if self.begun {
            return self.alive + self.timeouts.stall;
        }
        let latest = self.started + self.timeouts.first_byte.saturating_mul(MOST_PATIENCE);
        (self.alive + self.timeouts.first_byte).min(latest)
    }

    /// Patience has ended.
    pub(super) fn timed_out(&self) -> Failure {
        let shown = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let detail = match self.begun {
            true => format!("the provider fell silent in the middle of its answer, for {}", shown(self.timeouts.stall)),
            false => format!("the provider did not begin to answer within {}", shown(self.started.elapsed())),
        };
        Failure::new(FailureKind::TimedOut, detail)
    }
}

//! How long an answer may take: until its first frame, and between two pieces of it.

use std::time::Duration;

use mediary_core::provider::Timeouts;
use mediary_core::{Failure, FailureKind};
use tokio::time::Instant;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn signs_of_life_put_the_end_of_patience_off_but_not_for_ever() {
        let seconds = Duration::from_secs;
        let mut clock = Clock::start(Timeouts { first_byte: seconds(10), stall: seconds(3) });
        let start = Instant::now();
        let left = |clock: &Clock| clock.deadline().duration_since(start).as_secs();
        assert_eq!(left(&clock), 10);
        // After so many seconds a piece without a frame comes; then patience ends at the second number.
        for (at, ends) in [(9, 19), (18, 28), (27, 37), (36, 40), (39, 40)] {
            tokio::time::advance(start + seconds(at) - Instant::now()).await;
            clock.piece();
            assert_eq!(left(&clock), ends, "after {at} s");
        }
        clock.frame();
        assert_eq!(left(&clock), 39 + 3);
        tokio::time::advance(seconds(2)).await;
        assert_eq!(left(&clock), 39 + 3);
        clock.piece();
        assert_eq!(left(&clock), 41 + 3);
    }
}

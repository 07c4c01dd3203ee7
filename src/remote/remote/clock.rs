//! How long an answer may take: until its first frame, and between two pieces of it.

use std::time::Duration;

use mediary_core::provider::Timeouts;
use mediary_core::{Failure, FailureKind};
use tokio::time::Instant;

/// Pieces of a long first frame put the deadline off, but not beyond so many times what was allowed.
const MOST_EXTENSION: u32 = 4;
/// How long a stream whose reply is complete is still read, for usage and its proper end.
const AFTER_THE_REPLY: Duration = Duration::from_secs(2);

/// The time of one call.
#[derive(Debug)]
pub(super) struct Clock {
    timeouts: Timeouts,
    started: Instant,
    /// When something of the answer arrived last; at first, when the call began.
    alive: Instant,
    /// Whether a frame has arrived.
    begun: bool,
    /// When the reply was complete.
    completed: Option<Instant>,
}

impl Clock {
    pub(super) fn start(timeouts: Timeouts) -> Self {
        let now = Instant::now();
        Self { timeouts, started: now, alive: now, begun: false, completed: None }
    }

    /// Something of the answer has arrived. Comments and empty lines, with which servers keep connections open, are
    /// nothing of it.
    pub(super) fn piece(&mut self) {
        self.alive = Instant::now();
    }

    /// A frame that says something has arrived.
    pub(super) fn frame(&mut self) {
        self.piece();
        self.begun = true;
    }

    /// Everything was said.
    pub(super) fn complete(&mut self) {
        self.completed.get_or_insert_with(Instant::now);
    }

    /// Whether the deadline is only that of what may follow a complete reply.
    pub(super) fn is_complete(&self) -> bool {
        self.completed.is_some()
    }

    /// When the call has timed out, or a complete reply is over, unless something arrives before.
    pub(super) fn deadline(&self) -> Instant {
        if let Some(completed) = self.completed {
            return completed + AFTER_THE_REPLY;
        }
        if self.begun {
            return self.alive + self.timeouts.stall;
        }
        let latest = self.started + self.timeouts.first_byte.saturating_mul(MOST_EXTENSION);
        (self.alive + self.timeouts.first_byte).min(latest)
    }

    /// The deadline has passed.
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
    async fn pieces_of_an_answer_put_the_deadline_off_but_not_for_ever() {
        let seconds = Duration::from_secs;
        let mut clock = Clock::start(Timeouts { first_byte: seconds(10), stall: seconds(3) });
        let start = Instant::now();
        let left = |clock: &Clock| clock.deadline().duration_since(start).as_secs();
        assert_eq!(left(&clock), 10);
        // After so many seconds a piece without a frame comes; then the deadline is the second number.
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
        // What follows a complete reply does not put its end off.
        clock.complete();
        assert_eq!(left(&clock), 41 + 2);
        tokio::time::advance(seconds(1)).await;
        clock.frame();
        clock.complete();
        assert_eq!(left(&clock), 41 + 2);
    }
}

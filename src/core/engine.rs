//! The contract of a local engine: blocking, small, honest.
//!
//! An engine knows nothing of threads, queues or the network. A pool gives it a thread, hands it one
//! job after another and throws it away when it panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Failure;

/// A local engine: takes one job, blocks until it is done.
pub trait Engine: 'static {
    /// What it works on.
    type Job: Send + 'static;
    /// What comes out.
    type Output: Send + 'static;

    /// Does one job. Long work looks at `cancel` between its steps and ends with
    /// [`Failure::client_gone`] once it is set.
    ///
    /// # Errors
    /// Whatever kept the job from being done.
    fn run(&mut self, job: Self::Job, cancel: &Cancel) -> Result<Self::Output, Failure>;
}

/// Tells running work that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the work to stop at its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// `Err` with [`Failure::client_gone`] once cancelled: a step in a loop reads as `cancel.check()?`.
    ///
    /// # Errors
    /// When [`Cancel::cancel`] was called.
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_cancelled() { Err(Failure::client_gone()) } else { Ok(()) }
    }
}

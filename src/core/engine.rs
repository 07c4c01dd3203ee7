//! The contract of a local engine: blocking, small, honest.
//!
//! An engine knows nothing of threads, queues or the network. A worker pool gives it a thread, hands it one job after
//! another and throws it away when it panics.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::task::{ReplyEvent, Task};
use crate::{Failure, ModelName};

/// A task for an engine.
#[derive(Debug, Clone)]
pub struct Job {
    /// By which of the engine's models: the second part of its target's name.
    pub model: ModelName,
    /// What is to be done.
    pub task: Task,
    /// Set when the caller has left.
    pub cancel: Cancel,
}

/// Takes what an engine has to say; breaks when the caller has left.
pub type Emit<'a> = &'a mut dyn FnMut(ReplyEvent) -> ControlFlow<()>;

/// A local engine: takes one job, blocks until it is done.
pub trait Engine: 'static {
    /// Does one job and tells what comes of it, event by event. Long work looks at the job's `cancel` between its steps
    /// and ends with [`Failure::client_gone`] once it is set, or once `emit` breaks.
    ///
    /// # Errors
    /// Whatever kept the job from being done.
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure>;
}

/// Tells running work that its result is no longer wanted.
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

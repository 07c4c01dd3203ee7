//! The contract of a local engine: blocking, small, honest.
//!
//! An engine knows nothing of threads, queues or the network. A worker pool gives it a thread, hands it one job after
//! another and throws it away when it panics.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Stops a step that does not look at a [`Cancel`] itself; called on the thread that cancels.
pub type Stop = Arc<dyn Fn() + Send + Sync>;

/// Tells running work that its result is no longer wanted.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    is_cancelled: AtomicBool,
    /// Of the steps that run. A standard mutex: it is held for as long as a stop takes.
    stops: Mutex<Vec<Stop>>,
}

impl Cancel {
    /// Asks the work to stop at its next step, and stops the steps that can be.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::SeqCst);
        for stop in self.stops().iter() {
            stop();
        }
    }

    /// Whether the work was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::SeqCst)
    }

    /// `Err` with [`Failure::client_gone`] once cancelled: a step in a loop reads as `cancel.check()?`.
    ///
    /// # Errors
    /// When [`Cancel::cancel`] was called.
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_cancelled() { Err(Failure::client_gone()) } else { Ok(()) }
    }

    /// Does a long step that looks at nothing while it runs: `stop` is called if the work is cancelled meanwhile, or was
    /// before.
    pub fn stopping<T>(&self, stop: Stop, step: impl FnOnce() -> T) -> T {
        let _while_it_runs = Stoppable::new(self, stop);
        step()
    }

    fn stops(&self) -> std::sync::MutexGuard<'_, Vec<Stop>> {
        self.0.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cancel({})", self.is_cancelled())
    }
}

/// A step that runs, and is stopped with the rest until this is dropped.
struct Stoppable<'a> {
    cancel: &'a Cancel,
    stop: Stop,
}

impl<'a> Stoppable<'a> {
    fn new(cancel: &'a Cancel, stop: Stop) -> Self {
        cancel.stops().push(stop.clone());
        // A cancellation from before could not know of it.
        if cancel.is_cancelled() {
            stop();
        }
        Self { cancel, stop }
    }
}

impl Drop for Stoppable<'_> {
    fn drop(&mut self) {
        self.cancel.stops().retain(|stop| !Arc::ptr_eq(stop, &self.stop));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_step_is_stopped_while_it_runs_and_not_after() {
        let (cancel, stopped) = (Cancel::default(), Arc::new(AtomicUsize::new(0)));
        let stop = || -> Stop {
            let stopped = stopped.clone();
            Arc::new(move || {
                stopped.fetch_add(1, Ordering::SeqCst);
            })
        };
        cancel.stopping(stop(), || assert_eq!(stopped.load(Ordering::SeqCst), 0));
        cancel.stopping(stop(), || {
            cancel.cancel();
            assert_eq!(stopped.load(Ordering::SeqCst), 1);
        });
        // One that begins too late is stopped at once, and one that is over is left alone.
        cancel.stopping(stop(), || assert_eq!(stopped.load(Ordering::SeqCst), 2));
        cancel.cancel();
        assert_eq!(stopped.load(Ordering::SeqCst), 2);
    }
}

//! The engine's thread: takes jobs as they come and outlives their panics.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use mediary_core::Failure;
use mediary_core::engine::{Engine, Job};
use mediary_core::task::ReplyEvent;
use tokio::sync::mpsc::UnboundedSender;

/// A job in the queue, and where its events go.
pub(super) struct Ordered {
    pub(super) job: Job,
    pub(super) events: UnboundedSender<Told>,
}

/// What an engine tells its caller.
#[derive(Debug)]
pub(super) enum Told {
    /// More of the reply.
    Event(ReplyEvent),
    /// Its end.
    Ended(Result<(), Failure>),
}

/// Serves jobs until the pool is dropped.
pub(super) fn serve(inbox: &Receiver<Ordered>, mut load: impl FnMut() -> Result<Box<dyn Engine>, Failure>) {
    let mut engine: Option<Box<dyn Engine>> = None;
    while let Ok(Ordered { job, events }) = inbox.recv() {
        if job.cancel.is_cancelled() {
            continue;
        }
        let mut emit = |event| match events.send(Told::Event(event)) {
            Ok(()) => ControlFlow::Continue(()),
            // The caller has left.
            Err(_) => ControlFlow::Break(()),
        };
        // The engine is taken out, so that a panic leaves nothing half-done behind.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut loaded = match engine.take() {
                Some(engine) => engine,
                None => load()?,
            };
            let outcome = loaded.run(&job, &mut emit);
            engine = Some(loaded);
            outcome
        }));
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Failure::broken("the engine crashed on this input and was reloaded; other requests are not affected"))
        });
        // The caller may have left; that is not an error.
        let _ = events.send(Told::Ended(outcome));
    }
}

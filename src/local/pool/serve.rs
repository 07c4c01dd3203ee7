//! The engine's thread: takes jobs as they come and outlives their panics.
//!
//! What an engine tells waits in a channel of a fixed length. A caller that reads slowly makes the engine wait, but not for
//! ever: other callers are in the queue behind.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use mediary_core::Failure;
use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::task::ReplyEvent;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::AtWork;

/// So many events wait for their caller: some minutes of a transcript, or half a minute of speech.
pub(super) const EVENTS: usize = 64;
/// A caller that takes nothing for so long is as good as gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// A full channel is tried again after this.
const PAUSE: Duration = Duration::from_millis(2);

/// What a pool's thread is told.
pub(super) enum Errand {
    /// To do a job.
    Job(Box<Ordered>),
    /// To let go of the engine, and to end.
    End(AtWork),
}

/// A job in the queue, and where its events go.
pub(super) struct Ordered {
    pub(super) job: Job,
    pub(super) events: Sender<Told>,
    pub(super) at_work: AtWork,
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
pub(super) fn serve(inbox: &Receiver<Errand>, mut load: impl FnMut() -> Result<Box<dyn Engine>, Failure>) {
    let mut engine: Option<Box<dyn Engine>> = None;
    while let Ok(errand) = inbox.recv() {
        let Ordered { job, events, at_work } = match errand {
            Errand::Job(ordered) => *ordered,
            Errand::End(at_work) => {
                drop(engine);
                return drop(at_work);
            }
        };
        if job.cancel.is_cancelled() {
            continue;
        }
        // The end has its place from the beginning, so that it is told however many events wait.
        let Ok(end) = events.clone().try_reserve_owned() else { continue };
        let mut emit = |event| tell(&events, event, &job.cancel);
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
        end.send(Told::Ended(outcome));
        drop(at_work);
    }
}

/// Hands an event over; breaks when the caller has left, or takes nothing any more.
fn tell(events: &Sender<Told>, event: ReplyEvent, cancel: &Cancel) -> ControlFlow<()> {
    let until = Instant::now() + PATIENCE;
    let mut told = Told::Event(event);
    loop {
        // A caller that leaves says so before its end of the channel is closed.
        if cancel.is_cancelled() {
            return ControlFlow::Break(());
        }
        match events.try_send(told) {
            Ok(()) => return ControlFlow::Continue(()),
            Err(TrySendError::Closed(_)) => return ControlFlow::Break(()),
            Err(TrySendError::Full(back)) => told = back,
        }
        if Instant::now() >= until {
            return ControlFlow::Break(());
        }
        std::thread::park_timeout(PAUSE);
    }
}

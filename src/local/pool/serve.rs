//! The engine's thread: takes jobs as they come and outlives their panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use mediary_core::Failure;
use mediary_core::engine::Engine;

use super::Ordered;

/// Serves jobs until the pool is dropped.
pub(super) fn serve<E: Engine>(inbox: &Receiver<Ordered<E>>, mut load: impl FnMut() -> Result<E, Failure>) {
    let mut engine: Option<E> = None;
    while let Ok(Ordered { job, cancel, reply }) = inbox.recv() {
        if cancel.is_cancelled() {
            continue;
        }
        // The engine is taken out, so that a panic leaves nothing half-done behind.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut loaded = match engine.take() {
                Some(engine) => engine,
                None => load()?,
            };
            let output = loaded.run(job, &cancel);
            engine = Some(loaded);
            output
        }));
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Failure::broken("the engine crashed on this input and was reloaded; other requests are not affected"))
        });
        // Nobody may be waiting any more; that is not an error.
        let _ = reply.send(outcome);
    }
}

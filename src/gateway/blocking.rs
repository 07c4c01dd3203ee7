//! Work that would hold up its lane's other connections, on a thread of its own, with the request's span around it.

use mediary_core::{Blob, Failure};
use tracing::Span;

/// So much of a request is worked through where it arrived; longer ones take milliseconds.
const SHORT_BYTES: usize = 1024 * 1024;

/// Works through `bytes` of a request, on a thread of its own if they are many.
///
/// # Errors
/// When the work crashed.
pub(crate) async fn through<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    if bytes <= SHORT_BYTES { Ok(work()) } else { run(|| Ok(work())).await }
}

/// Has the hash of a file at hand; a long one that was never asked for takes milliseconds.
pub(crate) async fn hashed(blob: &Blob) {
    if !blob.is_hashed() && blob.len_bytes() > SHORT_BYTES as u64 {
        let blob = blob.clone();
        // Nothing is lost where this fails: a later caller that needs the hash takes it.
        let _ = run(move || Ok(blob.hash())).await;
    }
}

/// Runs blocking work and waits for it. The work goes on to its end if the caller leaves.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let span = Span::current();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that carries the span over")]
    let running = tokio::task::spawn_blocking(move || span.in_scope(work));
    running.await.unwrap_or_else(|_| Err(Failure::broken("the work crashed; other requests are not affected")))
}

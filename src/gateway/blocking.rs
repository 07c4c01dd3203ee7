//! Work that would hold up its lane's other connections, on a thread of its own, with the request's span around it.

use mediary_core::Failure;
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

/// Runs blocking work and waits for it. The work goes on to its end if the caller leaves.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let span = Span::current();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that carries the span over")]
    let running = tokio::task::spawn_blocking(move || span.in_scope(work));
    running.await.unwrap_or_else(|_| Err(Failure::broken("the work crashed; other requests are not affected")))
}

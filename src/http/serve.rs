//! Listens, hands connections on to the lanes, and stops in order: no new connections, a grace for running requests, then the end.
//!
//! What happens on one connection is `connection`'s; what a request means is the router's. `mediary serve` calls it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::{Connections, Stops};
use super::current::Current;
use super::lanes::Lanes;
use super::state::AppState;
use crate::gateway::Gateway;

/// How often the recorder folds away what it has collected; between scrapes it would grow without end.
const UPKEEP: Duration = Duration::from_secs(5);

/// How often files that are too old are looked for.
const SWEEPING: Duration = Duration::from_mins(10);

/// How long accepting pauses when the system is out of something, usually file descriptors.
const OUT_OF_SOMETHING: Duration = Duration::from_millis(200);

/// Serves until `shutdown` resolves and the requests running then are answered or `server.shutdown_grace` is over.
///
/// # Errors
/// When the listener is of no use, or the system gives no threads.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let current = Current::new(state.clone());
    serve_current(listener, state, current, shutdown).await
}

/// The same with routes that may change on the way; `state` is that of the beginning.
///
/// # Errors
/// As [`serve`].
pub async fn serve_current(
    listener: TcpListener,
    state: AppState,
    current: Current,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let config = state.config.clone();
    let address = listener.local_addr()?;
    let lanes = Lanes::start()?;
    tracing::info!(server.address = %address, server.version = super::VERSION, "serving on http://{address}");
    let upkeep = upkeep(state.metrics.clone());
    let sweeping = sweep(state.gateway.clone());
    // A client may take as long over its header as it may stand still in its body.
    let connections = Connections { app: current, patience: config.limits.body_idle };
    tokio::select! {
        () = accept(listener, &lanes, connections, config.server.shutdown_grace, shutdown) => Ok(()),
        () = upkeep => Ok(()),
        () = sweeping => Ok(()),
    }
}

/// Serves any router; tests bring their own.
pub(super) async fn accept(
    listener: TcpListener,
    lanes: &Lanes,
    connections: Connections,
    grace: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let tracker = TaskTracker::new();
    let stops = Stops { finish: CancellationToken::new(), abandon: CancellationToken::new() };
    // Also when this future is dropped, no connection outlives it.
    let _abandon = stops.abandon.clone().drop_guard();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            () = &mut shutdown => break,
            stream = next(&listener) => stream,
        };
        let (connections, stops) = (connections.clone(), stops.clone());
        // Out of this thread's reactor, into that of a lane.
        match stream.into_std() {
            Ok(stream) => lanes.serve(&tracker, stream, |stream| connections.serve(stream, stops)),
            Err(error) => tracing::error!(error.detail = %error, "cannot hand a connection on"),
        }
    }
    drop(listener);
    tracker.close();
    stops.finish.cancel();
    tracing::info!(connections = tracker.len(), "stopping; running requests may finish");
    if timeout(grace, tracker.wait()).await.is_err() {
        tracing::warn!(connections = tracker.len(), "the grace is over; dropping what still runs");
        stops.abandon.cancel();
        tracker.wait().await;
    }
    tracing::info!("stopped");
}

async fn next(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // The client was gone before we looked.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(error.detail = %error, "cannot accept connections; trying again");
                sleep(OUT_OF_SOMETHING).await;
            }
        }
    }
}

/// Removes files that clients can fetch no more.
async fn sweep(gateway: Arc<Gateway>) {
    let mut ticks = interval(SWEEPING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first comes at once, and opening the store has swept already.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        gateway.content.sweep().await;
    }
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut ticks = interval(UPKEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

/// Resolves when the process is asked to stop: Ctrl-C, or SIGTERM as service managers and containers send it.
pub async fn stop_signal() {
    let heard = async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        io::Result::Ok(())
    };
    if let Err(error) = heard.await {
        // The signals then keep their usual meaning: they end the process at once.
        tracing::warn!(error.detail = %error, "cannot wait for signals; stopping will not be graceful");
        std::future::pending::<()>().await;
    }
}

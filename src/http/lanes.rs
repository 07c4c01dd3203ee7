//! Lanes: for each processor a thread with a scheduler of its own, on which a connection stays from its first byte to
//! its last.
//!
//! A request mostly waits for its provider, and where any thread may go on with it, each event wakes another thread to
//! look whether there is more to do. Without that, a small chat takes a quarter less of the processor. The price: what
//! holds a lane up, holds up its other connections, so whatever takes long goes to the engines' threads or to
//! `gateway::blocking`. `serve` starts the lanes and gives them connections.

use std::future::Future;
use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle as JoinedTask;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// A timer that is due before the reactor would wake by itself wakes it at once. One that is always due soon spares that
/// to each request, whose own are due later.
const PULSE: Duration = Duration::from_secs(5);
/// Requests are polled on this stack, and without optimisation a long chain of futures takes more than the usual 2 MiB. Only
/// what is touched is memory.
const STACK_BYTES: usize = 8 << 20;
/// How long work of requests that are gone already is waited for at the end.
const LAST_WORK: Duration = Duration::from_secs(10);

/// The lanes. Dropping them ends whatever still runs there.
#[derive(Debug)]
pub(super) struct Lanes(Vec<Lane>);

#[derive(Debug)]
struct Lane {
    handle: Handle,
    open: Arc<AtomicUsize>,
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lanes {
    /// A lane for each processor.
    ///
    /// # Errors
    /// When the system gives no threads or no reactor.
    pub(super) fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        (0..count).map(|number| Lane::start(&number.to_string())).collect::<io::Result<_>>().map(Self)
    }

    /// One lane of its own, of this name.
    ///
    /// # Errors
    /// When the system gives no thread or no reactor.
    pub(super) fn one(name: &str) -> io::Result<Self> {
        Ok(Self(vec![Lane::start(name)?]))
    }

    /// Runs something on the first lane.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<JoinedTask<T>> {
        self.0.first().map(|lane| lane.handle.spawn(work))
    }

    /// Serves a connection on the lane that has the fewest.
    pub(super) fn serve<F>(
        &self,
        tracker: &TaskTracker,
        connection: TcpStream,
        serve: impl FnOnce(tokio::net::TcpStream) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(lane) = self.0.iter().min_by_key(|lane| lane.open.load(Ordering::Relaxed)) else { return };
        let open = Open::one_more(&lane.open);
        let task = async move {
            let _open = open;
            match tokio::net::TcpStream::from_std(connection) {
                Ok(connection) => serve(connection).await,
                Err(error) => tracing::error!(error.detail = %error, "cannot serve a connection"),
            }
        };
        tracker.spawn_on(task, &lane.handle);
    }
}

impl Lane {
    fn start(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, mut stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name(format!("lane-{name}")).stack_size(STACK_BYTES).spawn(move || {
            // Nothing is ever sent: the other end is dropped.
            runtime.block_on(async { while timeout(PULSE, &mut stopped).await.is_err() {} });
            runtime.shutdown_timeout(LAST_WORK);
        })?;
        Ok(Self { handle, open: Arc::default(), stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|lane| drop(lane.stop.take()));
        for thread in self.0.iter_mut().filter_map(|lane| lane.thread.take()) {
            // A lane that panicked has ended as well.
            let _ended = thread.join();
        }
    }
}

/// A connection that counts as open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn one_more(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;
    use std::net::TcpListener;
    use std::sync::mpsc::channel;

    use tokio::sync::Notify;

    use super::*;

    #[test]
    fn connections_are_spread_evenly_and_stay_on_their_lanes() {
        let (lanes, tracker) = (Lanes::start().unwrap(), TaskTracker::new());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (told, names) = channel();
        let release = Arc::new(Notify::new());
        let mut clients = Vec::new();
        let each = 3;
        for _ in 0..lanes.0.len() * each {
            clients.push(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            let (connection, _) = listener.accept().unwrap();
            connection.set_nonblocking(true).unwrap();
            let (told, release) = (told.clone(), release.clone());
            lanes.serve(&tracker, connection, move |_connection| async move {
                told.send(thread::current().name().map(str::to_owned)).unwrap();
                release.notified().await;
            });
        }
        let mut by_lane = BTreeMap::new();
        for name in names.iter().take(clients.len()) {
            *by_lane.entry(name.unwrap()).or_insert(0) += 1;
        }
        assert_eq!(by_lane.values().copied().collect::<Vec<_>>(), vec![each; lanes.0.len()]);
        // Whatever still runs ends with the lanes, and its connection with it.
        drop(lanes);
        for mut client in clients {
            assert_eq!(client.read(&mut [0]).unwrap(), 0);
        }
    }
}

//! A connection that goes on in another protocol once its answer has been written.
//!
//! A handler that switches protocols puts a [`TakeOver`] among its answer's extensions; `connection` runs it with the stream
//! when the answer is out. It is a part of the connection's own task: it stays on its lane, is waited for when the server
//! stops, and ends when that is over.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::watched::Watched;

/// A connection without HTTP.
pub(super) struct Upgraded {
    pub(super) stream: Watched<TcpStream>,
    /// What was read of it already.
    pub(super) read: Bytes,
    /// Cancelled when the server stops.
    pub(super) stop: CancellationToken,
}

type Work = Box<dyn FnOnce(Upgraded) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// What goes on with a connection.
#[derive(Clone)]
pub(super) struct TakeOver(Arc<Mutex<Option<Work>>>);

impl TakeOver {
    /// This goes on with it.
    pub(super) fn by<F>(work: impl FnOnce(Upgraded) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(Mutex::new(Some(Box::new(|upgraded| Box::pin(work(upgraded)))))))
    }

    /// Goes on with a connection, once.
    pub(super) async fn run(self, upgraded: Upgraded) {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(work) = work {
            work(upgraded).await;
        }
    }
}

impl fmt::Debug for TakeOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TakeOver")
    }
}

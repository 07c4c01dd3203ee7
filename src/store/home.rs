//! A thread of our own for connections to servers: they live as long as what uses them is open, whichever runtime the
//! caller is on and however short that one lives.

use std::future::Future;
use std::io;
use std::sync::mpsc;

use tokio::runtime::{Builder, Runtime};

/// The runtime that connections live on.
#[derive(Debug)]
pub(crate) struct Home(Option<Runtime>);

impl Home {
    pub(crate) fn new() -> io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("mediary-store").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Does work here, to its end, whether its caller waits for that or not; `None`: it was broken off.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.0.as_ref()?.spawn(work).await.ok()
    }

    /// Does work here and blocks until that is done, for threads that may; `None`: it was broken off.
    pub(crate) fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (done, told) = mpsc::sync_channel(1);
        self.keep(async move {
            // It waits for that.
            let _told = done.send(work.await);
        });
        told.recv().ok()
    }

    /// Does work here that ends by itself or with this. What is begun first gets its turn first.
    pub(crate) fn keep(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // What its callers wait for has been answered; nothing else is lost with the connections.
            runtime.shutdown_background();
        }
    }
}

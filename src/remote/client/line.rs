//! A connection that is driven by the task that waits for something on it.
//!
//! hyper's connection is a future that reads and writes as long as it is polled. Polled from within the task that waits
//! for its answer, it wakes that very task whenever a piece moves on inside; such a call is not a reason to come again
//! later but to go round once more now, which is what [`Nudge`] is for.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};

use super::connect::Stream;
use crate::Payload;

/// So much of an answer is read at once.
const MOST_BUFFERED_BYTES: usize = 128 * 1024;

type Sending = Request<Payload>;

/// A connection. Dropping it closes it.
pub(super) struct Line {
    sender: SendRequest<Payload>,
    /// `None` once it has ended.
    driver: Option<Connection<Stream, Payload>>,
    nudge: Arc<Nudge>,
    opened_by: ThreadId,
}

impl Line {
    pub(super) async fn open(stream: Stream) -> hyper::Result<Self> {
        let (sender, driver) = Builder::new().max_buf_size(MOST_BUFFERED_BYTES).handshake(stream).await?;
        Ok(Self { sender, driver: Some(driver), nudge: Arc::default(), opened_by: thread::current().id() })
    }

    /// The thread that opened it.
    pub(super) fn opened_by(&self) -> ThreadId {
        self.opened_by
    }

    /// Whether another request can be sent on it now.
    pub(super) fn is_usable(&mut self) -> bool {
        // Looks whether the other side has closed it meanwhile.
        let mut context = Context::from_waker(Waker::noop());
        let _pending: Poll<()> = self.poll_with(&mut context, |_| Poll::Pending);
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends a request; gives the head of its answer.
    pub(super) async fn send(&mut self, request: Sending) -> Result<Response<Incoming>, TrySendError<Sending>> {
        let mut answer = pin!(self.sender.try_send_request(request));
        poll_fn(|context| self.poll_with(context, |inner| answer.as_mut().poll(inner))).await
    }

    /// Polls what moves only when this connection does.
    pub(super) fn poll_with<T>(
        &mut self,
        context: &mut Context<'_>,
        mut what: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let waker = Waker::from(self.nudge.clone());
        let mut inner = Context::from_waker(&waker);
        self.nudge.begin(context.waker());
        loop {
            // How it ended, and why, is told to the task that waits for the answer.
            if let Some(driver) = &mut self.driver
                && Pin::new(driver).poll(&mut inner).is_ready()
            {
                self.driver = None;
            }
            if let Poll::Ready(ready) = what(&mut inner) {
                self.nudge.end();
                return Poll::Ready(ready);
            }
            if self.nudge.has_rest() {
                return Poll::Pending;
            }
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Line").field("is_open", &self.driver.is_some()).finish()
    }
}

/// Wakes the task that waits, unless that is at work already: then it goes round once more.
#[derive(Debug, Default)]
struct Nudge {
    task: Mutex<Option<Waker>>,
    is_polled: AtomicBool,
    again: AtomicBool,
}

impl Nudge {
    fn begin(&self, waker: &Waker) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if !task.as_ref().is_some_and(|task| task.will_wake(waker)) {
            *task = Some(waker.clone());
        }
        drop(task);
        self.is_polled.store(true, Ordering::SeqCst);
        self.again.store(false, Ordering::SeqCst);
    }

    fn end(&self) {
        self.is_polled.store(false, Ordering::SeqCst);
    }

    /// Whether nothing has moved since the last look. Whatever moves from then on wakes the task.
    fn has_rest(&self) -> bool {
        self.is_polled.store(false, Ordering::SeqCst);
        if !self.again.swap(false, Ordering::SeqCst) {
            return true;
        }
        self.is_polled.store(true, Ordering::SeqCst);
        false
    }
}

impl Wake for Nudge {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::SeqCst);
        if !self.is_polled.load(Ordering::SeqCst)
            && let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner)
        {
            task.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_task_is_woken_only_when_it_is_not_at_work() {
        let (nudge, task) = (Arc::new(Nudge::default()), Arc::new(Counted::default()));
        let (waker, woken) = (Waker::from(nudge.clone()), || task.0.load(Ordering::SeqCst));
        nudge.begin(&Waker::from(task.clone()));
        waker.wake_by_ref();
        assert!(!nudge.has_rest(), "something moved meanwhile");
        assert!(nudge.has_rest());
        assert_eq!(woken(), 0);
        waker.wake_by_ref();
        assert_eq!(woken(), 1);
        nudge.begin(&Waker::from(task.clone()));
        nudge.end();
        waker.wake_by_ref();
        assert_eq!(woken(), 2);
    }
}

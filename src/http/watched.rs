//! A connection whose other side has to go on reading.
//!
//! A client that stops reading its answer holds everything the answer is made with: a worker, a place in a queue, a call
//! to a provider. So a write that makes no progress for too long ends the connection, and the answer's work with it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream that fails when it cannot be written for too long.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    patience: Duration,
    /// Runs while a write waits; made with the first that does.
    alarm: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, alarm: None, is_waiting: false }
    }

    /// The stream.
    pub(super) fn get_ref(&self) -> &S {
        &self.stream
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// What came of a write, or the end of patience with it.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.is_waiting = false;
            return written;
        }
        let until = Instant::now() + self.patience;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        if !std::mem::replace(&mut self.is_waiting, true) {
            alarm.as_mut().reset(until);
        }
        ready!(alarm.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_reader_that_stops_ends_the_write_and_a_slow_one_does_not() {
        let (near, mut far) = duplex(100);
        let mut near = Watched::new(near, Duration::from_secs(3_600));
        let mut read = vec![0; 500];
        let (written, all_read) = tokio::join!(near.write_all(&[1; 500]), far.read_exact(&mut read));
        written.unwrap();
        all_read.unwrap();
        let (near, far) = duplex(100);
        let mut near = Watched::new(near, Duration::ZERO);
        let error = near.write_all(&[1; 1_000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(far);
    }
}

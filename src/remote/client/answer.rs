//! An answer: its head, and its body as it arrives.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http::header::HeaderMap;
use hyper::body::{Body, Incoming};

use super::line::Line;
use super::pool::{Origin, Pool};

/// An answer. Dropping it before its end closes the connection; at its end that can be used again.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response<Incoming>,
    /// `None` once it has been given back.
    line: Option<Box<Line>>,
    origin: Origin,
    pool: Arc<Pool>,
    /// Whether its connection can be used again.
    is_reusable: bool,
    /// What was looked at and comes next.
    ahead: Option<Bytes>,
}

impl Answer {
    pub(super) fn new(
        response: Response<Incoming>,
        line: Box<Line>,
        origin: Origin,
        pool: Arc<Pool>,
        is_reusable: bool,
    ) -> Self {
        Self { response, line: Some(line), origin, pool, is_reusable, ahead: None }
    }

    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// How long the body is, if the server said.
    pub(crate) fn content_length(&self) -> Option<u64> {
        let ahead = self.ahead.as_ref().map_or(0, Bytes::len) as u64;
        self.response.body().size_hint().exact().map(|rest| rest + ahead)
    }

    /// What arrives next, which comes again after that; empty at the end.
    pub(crate) async fn look_ahead(&mut self) -> Result<&[u8], hyper::Error> {
        if self.ahead.is_none() {
            self.ahead = self.chunk().await?;
        }
        Ok(self.ahead.as_deref().unwrap_or_default())
    }

    /// What arrives next; `None` at the end. Not completing this future loses nothing.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// As [`Answer::chunk`]; pending says that nothing is here yet.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, hyper::Error>> {
        if let Some(ahead) = self.ahead.take() {
            return Poll::Ready(Ok(Some(ahead)));
        }
        loop {
            let Some(line) = &mut self.line else { return Poll::Ready(Ok(None)) };
            let mut body = Pin::new(self.response.body_mut());
            match ready!(line.poll_with(context, |inner| body.as_mut().poll_frame(inner))) {
                // Trailers say nothing that is of use here.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Ok(Some(data)));
                    }
                }
                Some(Err(error)) => {
                    self.line = None;
                    return Poll::Ready(Err(error));
                }
                None => self.give_back(),
            }
        }
    }

    fn give_back(&mut self) {
        if let Some(line) = self.line.take().filter(|_| self.is_reusable) {
            self.pool.keep(&self.origin, line);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // A body of a known length has ended with its last byte, whether or not more was asked for.
        if self.response.body().is_end_stream() {
            self.give_back();
        }
    }
}

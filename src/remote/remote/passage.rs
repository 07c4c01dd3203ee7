//! Requests that are passed to a provider as they came, and its answers as they come: for clients that speak the very
//! format of their provider and ask for what it alone can do. Nothing of either is read or changed here.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use mediary_core::provider::Timeouts;
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout;

use super::Remote;
use super::clock::Clock;
use crate::client::Answer;
use crate::{Payload, blame};

/// An answer on its way.
#[derive(Debug)]
pub struct Passage {
    answer: Answer,
    /// The most between two pieces.
    stall: Duration,
}

impl Remote {
    /// Passes a request on; resolves when the head of the answer is here, whatever its status.
    ///
    /// # Errors
    /// When the provider cannot be reached or does not begin in time.
    pub async fn pass(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        key: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Passage, Failure> {
        let mut request = self.request(method, path, &[], key)?;
        if !body.is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Payload::from(body);
        }
        let answer = self.send_to(request, &Clock::start(timeouts)).await?;
        Ok(Passage { answer, stall: timeouts.stall })
    }
}

impl Passage {
    /// Its status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status()
    }

    /// What it is.
    #[must_use]
    pub fn content_type(&self) -> Option<&HeaderValue> {
        self.answer.headers().get(CONTENT_TYPE)
    }

    /// What arrives next; `None` at the end.
    ///
    /// # Errors
    /// When it breaks off, or nothing arrives for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let late = |_| Failure::new(FailureKind::TimedOut, "the provider fell silent in the middle of its answer");
        timeout(self.stall, self.answer.chunk()).await.map_err(late)?.map_err(|_| blame::broken_off())
    }

    /// All of it.
    ///
    /// # Errors
    /// As of each piece, and when it is longer than `most_bytes`.
    pub async fn whole(mut self, most_bytes: usize) -> Result<Vec<u8>, Failure> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            if whole.len() + piece.len() > most_bytes {
                return Err(Failure::new(
                    FailureKind::Garbled,
                    format!("the answer is longer than {most_bytes} bytes"),
                ));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

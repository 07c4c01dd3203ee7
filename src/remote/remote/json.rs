//! Calls that are not chats: one JSON body there, one back; and the list of models, which is an errand.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header::CONTENT_TYPE};
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout_at;

use super::clock::Clock;
use super::{Remote, trouble};
use crate::client::Answer;
use crate::{ListedModel, Timeouts, blame, cause};

/// The longest list of models that is read; the longest known is a tenth of it.
const MOST_LIST_BYTES: usize = 16 << 20;
/// A list of models is looked up, not thought about.
const LISTING: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(10) };

impl Remote {
    /// Sends JSON, or nothing, and reads a body of at most `max_bytes`.
    ///
    /// # Errors
    /// As [`Remote::chat`]; garbled when the body is longer.
    pub async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        key: Option<&str>,
        timeouts: Timeouts,
        max_bytes: usize,
    ) -> Result<Bytes, Failure> {
        let request = self.request(method, path, &[], body, key)?;
        let clock = Clock::start(timeouts);
        let response = self.send(request, &clock, key).await?;
        whole(response, clock, max_bytes).await
    }

    /// The models that the provider lists.
    ///
    /// # Errors
    /// When it cannot be reached or does not begin in time, refuses, or answers with what is no list.
    pub async fn list_models(&self, key: Option<&str>) -> Result<Vec<ListedModel>, Failure> {
        let request = self.request(Method::GET, self.dialect.models_path(), &[], None, key)?;
        let (parts, _) = request.into_parts();
        let bare = Request::from_parts(parts, Bytes::new());
        let bare = bare.try_into().map_err(|_| Failure::broken("the list of models cannot be asked for"))?;
        let mut clock = Clock::start(LISTING);
        let sent = timeout_at(clock.deadline(), self.client.errands().send(bare)).await;
        let mut answer = sent
            .map_err(|_| clock.timed_out())?
            .map_err(|error| cause::unreachable(&error, error.is_connect(), error.is_timeout()))?;
        let mut body = Vec::new();
        loop {
            let piece = timeout_at(clock.deadline(), answer.chunk()).await.map_err(|_| clock.timed_out())?;
            match piece {
                Ok(Some(piece)) => grow(&mut body, &piece, MOST_LIST_BYTES)?,
                Ok(None) => break,
                // A refusal that breaks off says what it says.
                Err(_) if !answer.status().is_success() => break,
                Err(_) => {
                    return Err(Failure::new(FailureKind::Garbled, "the provider's list of models broke off"));
                }
            }
            clock.piece();
            clock.frame();
        }
        let is_page =
            answer.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
        match answer.status().as_u16() {
            200..=299 if !is_page => self.dialect.models(&body),
            200..=399 => Err(Failure::new(
                FailureKind::Garbled,
                "the provider lists no models at its base_url, which is probably wrong",
            )),
            status => Err(blame::without_key(self.dialect.failure(status, answer.headers(), &body), key)),
        }
    }
}

fn grow(whole: &mut Vec<u8>, piece: &[u8], max_bytes: usize) -> Result<(), Failure> {
    if whole.len() + piece.len() > max_bytes {
        let detail = format!("the provider's answer is longer than {max_bytes} bytes");
        return Err(Failure::new(FailureKind::Garbled, detail));
    }
    whole.extend_from_slice(piece);
    Ok(())
}

/// A body in one piece, of at most `max_bytes`.
pub(super) async fn whole(mut response: Answer, mut clock: Clock, max_bytes: usize) -> Result<Bytes, Failure> {
    let mut whole = Vec::new();
    loop {
        let piece = tokio::time::timeout_at(clock.deadline(), response.chunk())
            .await
            .map_err(|_| clock.timed_out())?
            .map_err(|error| trouble::broke_off(&error))?;
        let Some(piece) = piece else {
            return Ok(whole.into());
        };
        clock.piece();
        clock.frame();
        grow(&mut whole, &piece, max_bytes)?;
    }
}

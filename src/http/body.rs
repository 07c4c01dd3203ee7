//! The body of a request as it arrives: counted before it is kept, with its permits, and given up when it is too slow.
//!
//! A body that stops arriving, trickles or takes for ever would let a few slow clients hold every connection and all
//! that they have sent so far. What a body means is its handler's affair.

use std::ops::Deref;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use mediary_core::{Failure, Hold};
use tokio::time::{Instant, timeout};

use super::error::ApiError;
use super::json_weight::{self, Numbers};
use super::state::AppState;
use crate::config::Limits;
use crate::gateway::{HeldBytes, blocking};
use crate::protocol::mend_halves;

/// Why a body did not arrive whole.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the request body stopped arriving for {0} s; send it again")]
    Stalled(u64),
    #[error(
        "the request body arrives at less than {0} bytes a second; send it over a better connection, or lower [limits] \
         body_bytes_per_second"
    )]
    Slow(u64),
    #[error("the request body took longer than {0} s to arrive; send it faster, or raise [limits] body_seconds")]
    Late(u64),
    #[error("the request body is larger than {0} bytes; send a smaller file, or raise [limits] upload_bytes")]
    TooLarge(u64),
    #[error("the request body broke off: {0}")]
    Broken(String),
    #[error("the header Content-Length is no length of a body; let the client's library set it")]
    NoLength,
    #[error(
        "no part of the form begins within {0} bytes; send it as multipart/form-data with its boundary, no header of a part longer than that"
    )]
    NoPart(usize),
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Stalled(_) | BodyError::Slow(_) | BodyError::Late(_) => Self::request_timeout(error.to_string()),
            BodyError::TooLarge(_) => Failure::too_large(error.to_string()).into(),
            BodyError::Broken(_) | BodyError::NoLength | BodyError::NoPart(_) => {
                Failure::malformed(error.to_string()).into()
            }
        }
    }
}

/// The length a body is said to have, unless that is too long already.
pub(super) fn announced(headers: &HeaderMap, limits: &Limits) -> Result<Option<u64>, BodyError> {
    let Some(value) = headers.get(CONTENT_LENGTH) else { return Ok(None) };
    let length: u64 = value.to_str().ok().and_then(|text| text.parse().ok()).ok_or(BodyError::NoLength)?;
    let limit_bytes = limits.upload_bytes.get();
    if length > limit_bytes { Err(BodyError::TooLarge(limit_bytes)) } else { Ok(Some(length)) }
}

/// The body's chunks, until a limit is passed.
pub(super) fn chunks(body: Body, limits: &Limits) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + use<> {
    let pace = Pace {
        begun: Instant::now(),
        received: 0,
        most: limits.upload_bytes.get(),
        idle: limits.body_idle,
        least_rate: limits.body_rate.get(),
        total: limits.body_time,
    };
    futures_util::stream::try_unfold((body.into_data_stream(), pace), |(mut body, mut pace)| async move {
        let chunk = pace.next(&mut body).await?;
        Ok(chunk.map(|chunk| (chunk, (body, pace))))
    })
}

/// How a body arrives.
struct Pace {
    begun: Instant,
    received: u64,
    most: u64,
    idle: Duration,
    /// Bytes a second, on the average, once it has been arriving for longer than it may stand still.
    least_rate: u64,
    total: Duration,
}

impl Pace {
    async fn next(&mut self, body: &mut BodyDataStream) -> Result<Option<Bytes>, BodyError> {
        let left = self.total.saturating_sub(self.begun.elapsed());
        let chunk = match timeout(self.idle.min(left), body.next()).await {
            Err(_) if left <= self.idle => return Err(BodyError::Late(self.total.as_secs())),
            Err(_) => return Err(BodyError::Stalled(self.idle.as_secs())),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(BodyError::Broken(error.to_string())),
            Ok(Some(Ok(chunk))) => chunk,
        };
        self.received += chunk.len() as u64;
        self.judge(self.begun.elapsed())?;
        Ok(Some(chunk))
    }

    /// Whether what came in this time is not too much, and not too little.
    fn judge(&self, taken: Duration) -> Result<(), BodyError> {
        if self.received > self.most {
            Err(BodyError::TooLarge(self.most))
        } else if taken > self.idle && self.received < self.least_rate.saturating_mul(taken.as_secs()) {
            Err(BodyError::Slow(self.least_rate))
        } else {
            Ok(())
        }
    }
}

/// A JSON body, with the permit for what it will take once it is parsed. That goes where the task goes, and the
/// text is given back before.
#[derive(Debug)]
pub(super) struct JsonBody {
    pub(super) text: Bytes,
    pub(super) parsed: Hold,
}

impl Deref for JsonBody {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.text
    }
}

/// The whole JSON body of a request, within the limits.
pub(super) async fn whole(request: Request, state: &AppState) -> Result<JsonBody, ApiError> {
    let (head, body) = request.into_parts();
    let announced = announced(&head.headers, &state.config.limits)?;
    let held = state.gateway.admission().enter().await?;
    let numbers = Numbers::on(head.uri.path());
    json(Box::pin(chunks(body, &state.config.limits)), held, announced, &state.config.limits, numbers).await
}

/// The body of a request as it came, packed perhaps, within the limits.
pub(super) async fn packed(request: Request, state: &AppState) -> Result<HeldBytes, ApiError> {
    let (head, body) = request.into_parts();
    let announced = announced(&head.headers, &state.config.limits)?;
    let mut held = state.gateway.admission().enter().await?;
    let mut stream = Box::pin(chunks(body, &state.config.limits));
    while let Some(chunk) = stream.next().await {
        held.push(&chunk?, announced)?;
    }
    Ok(held)
}

/// JSON cannot be read piece by piece, so it is kept whole; what it will take when it is parsed is weighed before.
pub(super) async fn json(
    mut stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    mut held: HeldBytes,
    announced: Option<u64>,
    limits: &Limits,
    numbers: Numbers,
) -> Result<JsonBody, ApiError> {
    let mut next_look = NextLook::first(limits, numbers);
    while let Some(chunk) = stream.next().await {
        held.push(&chunk?, announced)?;
        // What is too much already need not arrive whole.
        if next_look.is_due(&held) {
            held = weighed(held, limits, numbers).await?;
        }
    }
    settled(held, limits, numbers).await
}

/// JSON that is there, its characters whole, with room for what it will take when it is parsed.
pub(super) async fn settled(mut held: HeldBytes, limits: &Limits, numbers: Numbers) -> Result<JsonBody, ApiError> {
    let length = held.as_ref().len();
    let look = move || {
        mend_halves(held.as_mut());
        (json_weight::weigh(held.as_ref(), numbers), held)
    };
    let (weight, held) = blocking::through(length, look).await?;
    weight.check(limits)?;
    let (text, parsed) = held.finish_beside(weight.parsed_bytes())?;
    Ok(JsonBody { text, parsed })
}

/// When what has come of a JSON body is to be looked at: each look is at twice as much as the one before.
#[derive(Debug)]
pub(super) struct NextLook {
    beyond: u64,
    numbers: Numbers,
}

impl NextLook {
    pub(super) fn first(limits: &Limits, numbers: Numbers) -> Self {
        Self { beyond: limits.json_bytes.get(), numbers }
    }

    fn is_due(&mut self, held: &HeldBytes) -> bool {
        let length = held.as_ref().len() as u64;
        let is_due = length > self.beyond;
        if is_due {
            self.beyond = 2 * length;
        }
        is_due
    }

    /// Looks, if it is time. For blocking work; [`json`] hands its looks over to that.
    ///
    /// # Errors
    /// Too much, already.
    pub(super) fn look(&mut self, held: &HeldBytes, limits: &Limits) -> Result<(), Failure> {
        if self.is_due(held) { json_weight::weigh(held.as_ref(), self.numbers).check(limits) } else { Ok(()) }
    }
}

/// Holds what has come of a JSON body against the limits.
async fn weighed(held: HeldBytes, limits: &Limits, numbers: Numbers) -> Result<HeldBytes, ApiError> {
    let length = held.as_ref().len();
    let (weight, held) = blocking::through(length, move || (json_weight::weigh(held.as_ref(), numbers), held)).await?;
    weight.check(limits)?;
    Ok(held)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures_util::stream;

    use super::*;
    use crate::config::Bytes as Size;

    fn limits() -> Limits {
        Limits { upload_bytes: Size::new(1_000_000), body_rate: Size::new(1_000), ..Limits::default() }
    }

    #[test]
    fn a_body_is_given_up_that_is_too_long_or_trickles() {
        let idle = Duration::from_secs(30);
        let rows = [
            (10, 1, ""),
            (10, 29, ""),
            (10, 31, "at less than 1000 bytes a second"),
            (40_000, 31, ""),
            (40_000, 50, "at less than 1000 bytes a second"),
            (1_000_001, 1, "larger than 1000000 bytes"),
        ];
        for (received, seconds, expected) in rows {
            let (begun, total) = (Instant::now(), Duration::from_secs(600));
            let pace = Pace { begun, received, most: 1_000_000, idle, least_rate: 1_000, total };
            let found = pace.judge(Duration::from_secs(seconds)).err().map(|error| error.to_string());
            assert_eq!(found.is_some(), !expected.is_empty(), "{found:?}");
            assert!(found.unwrap_or_default().contains(expected), "{expected}");
        }
    }

    #[tokio::test]
    async fn a_body_is_given_up_that_stands_still_or_never_ends() {
        let rows = [
            (Duration::ZERO, Duration::from_secs(600), "stopped arriving for 0 s"),
            (Duration::from_secs(30), Duration::ZERO, "took longer than 0 s"),
        ];
        for (idle, total, expected) in rows {
            let limits = Limits { body_idle: idle, body_time: total, ..limits() };
            let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
            let first = Box::pin(chunks(body, &limits)).next().await;
            let error = first.expect("it ends with a complaint").expect_err("nothing came").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_length_is_judged_before_a_byte_is_read() {
        for (value, expected) in [
            ("5", Ok(Some(5))),
            ("1000001", Err("larger than")),
            ("99999999999999999999", Err("no length")),
            ("-1", Err("no length")),
            ("5, 5", Err("no length")),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_LENGTH, value.parse().unwrap())]);
            let found = announced(&headers, &limits()).map_err(|error| error.to_string());
            match (&found, expected) {
                (Ok(length), Ok(wanted)) => assert_eq!(*length, wanted),
                (Err(error), Err(why)) => assert!(error.contains(why), "{value}: {error}"),
                _ => unreachable!("{value}: {found:?}"),
            }
        }
        assert!(matches!(announced(&HeaderMap::new(), &limits()), Ok(None)));
    }
}

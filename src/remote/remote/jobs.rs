//! Asking a provider about a job that it has accepted: how it stands, what it made, and that it may end.
//!
//! These are calls on the relay's own connections, since thousands of jobs may be asked about. When, and what follows from
//! a failure, is the gateway's affair.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Method, Request};
use mediary_core::provider::{Keep, Timeouts};
use mediary_core::task::{JobContent, JobReport};
use mediary_core::{Failure, FailureKind};
use tokio::sync::Semaphore;
use tokio::time::timeout_at;
use url::Url;

use super::Remote;
use super::clock::Clock;
use crate::client::Answer;
use crate::{HttpCall, JobCall, Payload, blame, unwritable};

/// How a job stands is looked up, not thought about.
const ASKING: Timeouts = Timeouts { first_byte: Duration::from_secs(30), stall: Duration::from_secs(30) };
/// A video is sent from a disk, once that has been found.
const READING: Timeouts = Timeouts { first_byte: Duration::from_secs(120), stall: Duration::from_secs(60) };
/// An answer without a file inside is shorter than this.
const SHORT_BYTES: usize = 256 << 10;
/// One with a file inside, in base64, is no longer than this.
const MOST_BYTES: usize = 128 << 20;
/// So many answers with files inside are taken in at once.
static LONG_ANSWERS: Semaphore = Semaphore::const_new(2);
/// An answer may say where the answer is, and that one where the file is.
const MOST_HOPS: usize = 3;

impl Remote {
    /// How a job stands.
    ///
    /// # Errors
    /// As any call; garbled when the answer cannot be understood.
    pub(super) async fn ask_of_job(&self, job: &str, key: Option<&str>) -> Result<JobReport, Failure> {
        let (dialect, quirks) = (self.dialect, &self.endpoint.quirks);
        let mut call = dialect.job_state(job, quirks).ok_or_else(|| unwritable::job(dialect.name()))?;
        for _ in 0..MOST_HOPS {
            let clock = Clock::start(ASKING);
            let answer = self.sent(call, &clock, key).await?;
            let body = whole(answer, clock).await?;
            match dialect.job_report(job, &body, quirks) {
                Ok(JobReport::At(path)) => call = JobCall::of(Method::GET, path),
                Ok(JobReport::Done(JobContent::Public(address))) => {
                    let is_own = self.is_own(&address);
                    let place = if is_own { JobContent::AtProvider(address) } else { JobContent::Public(address) };
                    return Ok(JobReport::Done(place));
                }
                Ok(JobReport::Failed(failure)) => return Ok(JobReport::Failed(blame::without_key(failure, key))),
                Ok(report @ (JobReport::Running { .. } | JobReport::Done(_))) => return Ok(report),
                Err(failure) => return Err(blame::without_key(failure, key)),
            }
        }
        Err(blame::garbled("it sends its callers round in circles"))
    }

    /// Reads a file of a job's. Gives another address if it is there instead.
    ///
    /// # Errors
    /// As any call, and what `keep` gave.
    pub(super) async fn read_content(
        &self,
        place: &str,
        key: Option<&str>,
        keep: Keep<'_>,
    ) -> Result<Option<String>, Failure> {
        self.read_with(place, &[], key, keep).await
    }

    /// The same with headers of its own.
    ///
    /// # Errors
    /// The same.
    pub(super) async fn read_with(
        &self,
        place: &str,
        headers: &[(&'static str, String)],
        key: Option<&str>,
        keep: Keep<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut clock = Clock::start(READING);
        let request = self.request(Method::GET, &self.below_base(place)?, headers, key)?;
        let mut answer = match self.send_or_follow(request, &clock, key).await? {
            Sent::Answer(answer) => *answer,
            Sent::Elsewhere(address) => return Ok(Some(address)),
        };
        loop {
            let piece = timeout_at(clock.deadline(), answer.chunk()).await.map_err(|_| clock.timed_out())?;
            match piece.map_err(|_| blame::broken_off())? {
                Some(piece) => keep(&piece)?,
                None => return Ok(None),
            }
            clock.frame();
        }
    }

    /// Ends a job, where that can be done.
    ///
    /// # Errors
    /// As any call.
    pub(super) async fn end(&self, job: &str, key: Option<&str>) -> Result<(), Failure> {
        let Some(call) = self.dialect.job_end(job, &self.endpoint.quirks) else { return Ok(()) };
        let clock = Clock::start(ASKING);
        let answer = self.sent(call, &clock, key).await?;
        whole(answer, clock).await.map(drop)
    }

    /// Sends a request of its own; gives the whole of its answer.
    ///
    /// # Errors
    /// As any call.
    pub(crate) async fn posted(&self, call: HttpCall, timeouts: Timeouts, key: Option<&str>) -> Result<Bytes, Failure> {
        let clock = Clock::start(timeouts);
        let request = self.carrying(call, key)?;
        let answer = self.send(request, &clock, key, &[]).await.map_err(|refusal| refusal.failure)?;
        whole(answer, clock).await
    }

    /// Asks about a job or a file, with headers of its own; gives the whole of the answer.
    ///
    /// # Errors
    /// As any call.
    pub(crate) async fn ask_about(
        &self,
        call: JobCall,
        headers: &[(&'static str, String)],
        key: Option<&str>,
    ) -> Result<Bytes, Failure> {
        let clock = Clock::start(ASKING);
        let answer = self.sent_with(call, headers, &clock, key).await?;
        whole(answer, clock).await
    }

    async fn sent(&self, call: JobCall, clock: &Clock, key: Option<&str>) -> Result<Answer, Failure> {
        self.sent_with(call, &[], clock, key).await
    }

    async fn sent_with(
        &self,
        call: JobCall,
        headers: &[(&'static str, String)],
        clock: &Clock,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let JobCall { method, path, body } = call;
        let mut request = self.request(method, &path, headers, key)?;
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Payload::from(body);
        }
        self.send(request, clock, key, &[]).await.map_err(|refusal| refusal.failure)
    }

    /// Sends a request whose answer may be that the file is elsewhere.
    async fn send_or_follow(
        &self,
        request: Request<Payload>,
        clock: &Clock,
        key: Option<&str>,
    ) -> Result<Sent, Failure> {
        let base = Url::parse(&request.uri().to_string()).ok();
        let answer = self.send_to(request, clock).await?;
        if !matches!(answer.status(), 301 | 302 | 303 | 307 | 308) {
            return self
                .judged(answer, key, &[])
                .await
                .map(|answer| Sent::Answer(Box::new(answer)))
                .map_err(|refusal| refusal.failure);
        }
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let address = location.zip(base).and_then(|(location, base)| base.join(location).ok());
        let nowhere = || Failure::new(FailureKind::Unreachable, "the provider sends its callers nowhere");
        address.map(|address| Sent::Elsewhere(address.into())).ok_or_else(nowhere)
    }

    /// Whether an address is on the provider's own host, which the key may be sent to.
    fn is_own(&self, address: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().filter(Url::has_host).map(|url| url.origin());
        origin(address).is_some_and(|its| origin(&self.endpoint.base_url) == Some(its))
    }

    /// The path that leads from the base URL to a place on the provider's host.
    fn below_base(&self, place: &str) -> Result<String, Failure> {
        if place.starts_with('/') {
            return Ok(place.to_owned());
        }
        let foreign = || blame::garbled("the file is on another host than its own");
        let url = Url::parse(place).ok().filter(|_| self.is_own(place)).ok_or_else(foreign)?;
        let base = Url::parse(&self.endpoint.base_url).map_err(|_| foreign())?;
        let up = base.path_segments().map_or(0, |segments| segments.filter(|segment| !segment.is_empty()).count());
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(format!("{}{}{query}", "/..".repeat(up), url.path()))
    }
}

enum Sent {
    Answer(Box<Answer>),
    Elsewhere(String),
}

/// All of an answer.
pub(super) async fn whole(mut answer: Answer, mut clock: Clock) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    let mut turn = None;
    loop {
        let piece = timeout_at(clock.deadline(), answer.chunk()).await.map_err(|_| clock.timed_out())?;
        let Some(piece) = piece.map_err(|_| blame::broken_off())? else { return Ok(body.freeze()) };
        if body.len() + piece.len() > MOST_BYTES {
            return Err(Failure::new(FailureKind::Garbled, format!("the answer is longer than {MOST_BYTES} bytes")));
        }
        if body.len() + piece.len() > SHORT_BYTES && turn.is_none() {
            turn = LONG_ANSWERS.acquire().await.ok();
        }
        body.extend_from_slice(&piece);
        clock.frame();
    }
}

//! Putting a request together, sending it, and judging the head of the answer.
//!
//! The key goes into one header, marked as sensitive, and nowhere else.

use std::borrow::Cow;
use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use mediary_core::{Failure, FailureKind};
use percent_encoding::percent_decode_str;
use url::Url;

use super::clock::Clock;
use super::{Remote, trouble};
use crate::blame;
use crate::client::Answer;
use crate::frames::Framing;
use crate::{Auth, Endpoint, HttpCall, Payload};

/// How much of a refusal is read; its cause stands at the beginning.
const MOST_REFUSAL_BYTES: usize = 64 << 10;
/// How long the rest of a refusal is waited for.
const REFUSAL: Duration = Duration::from_secs(5);

/// The headers of an endpoint.
pub(super) fn headers(endpoint: &Endpoint) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(endpoint.headers.len() + 4);
    for (name, text) in &endpoint.headers {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(text).ok());
        let (header, mut value) = parsed
            .ok_or_else(|| Failure::broken(format!("the provider's header `{name}` cannot be sent; correct it")))?;
        // Operators put second keys and account numbers here.
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    if let Some(value) = credentials(&endpoint.base_url) {
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// The name and password in an address, as servers behind a proxy want them: a key, where there is one, takes their place.
fn credentials(base_url: &str) -> Option<HeaderValue> {
    let url = Url::parse(base_url).ok().filter(|url| !url.username().is_empty())?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pair = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An address. The URL standard's parser accepts and mends more than the client's own.
pub(super) fn parsed(address: &str) -> Result<Uri, Failure> {
    let url = Url::parse(address).ok().filter(Url::has_host);
    url.and_then(|url| Uri::try_from(url.as_str()).ok()).ok_or_else(|| {
        Failure::new(FailureKind::Unreachable, "the provider's base_url is no address; write it as https://host/path")
    })
}

/// Whether an answer comes as a stream, and of which kind.
pub(super) fn framing(response: &Answer) -> Option<Framing> {
    match media_type(response).as_deref() {
        Some("text/event-stream") => Some(Framing::Sse),
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines") => {
            Some(Framing::Ndjson)
        }
        _ => None,
    }
}

/// Whether an answer says that it is plain text, as some servers say of their streams.
pub(super) fn is_plain(response: &Answer) -> bool {
    media_type(response).as_deref() == Some("text/plain")
}

/// Whether a body begins as a stream of events does.
pub(super) fn begins_with_event(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    [b"data:".as_slice(), b"event:", b"id:", b": "].iter().any(|beginning| body.starts_with(beginning))
}

/// Whether an answer is the bytes of a file, rather than something to be read.
pub(super) fn is_file(response: &Answer) -> bool {
    let text = |name: &str| name.starts_with("text/") || name.contains("json") || name.contains("xml");
    media_type(response).is_none_or(|name| !text(&name))
}

/// The rate of the bare samples that an answer says it is, 16 bits each; `None`: it says that it is something else, or not
/// at which rate, which its provider's own is then.
pub(super) fn bare_samples(response: &Answer) -> Option<Option<u32>> {
    let value = response.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let is_bare = matches!(parts.next()?, "audio/pcm" | "audio/x-pcm" | "audio/l16" | "audio/raw");
    let rate = parts.find_map(|part| part.strip_prefix("rate=")?.trim().parse().ok());
    is_bare.then_some(rate)
}

/// In lower case, since media types are compared without case.
fn media_type(response: &Answer) -> Option<String> {
    let value = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
}

/// Why a task was not answered.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) failure: Failure,
    /// The parameter that it is about, where that can be left out.
    pub(super) parameter: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, parameter: None }
    }
}

impl Remote {
    /// A request that carries a call.
    pub(super) fn carrying(&self, call: HttpCall, key: Option<&str>) -> Result<Request<Payload>, Failure> {
        let HttpCall { method, path, headers, content_type, body, left_out: _, before: _ } = call;
        let mut request = self.request(method, &path, &headers, key)?;
        let content_type = match content_type {
            Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
            Cow::Owned(text) => HeaderValue::try_from(text),
        };
        let content_type =
            content_type.map_err(|_| Failure::broken("the content type of a call cannot be sent as a header"))?;
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        *request.body_mut() = body;
        Ok(request)
    }

    /// A request to a path below the base URL, without a body.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        extra: &[(&'static str, String)],
        key: Option<&str>,
    ) -> Result<Request<Payload>, Failure> {
        let mut headers = self.headers.clone()?;
        for (name, text) in extra {
            let value = HeaderValue::from_str(text)
                .map_err(|_| Failure::broken(format!("the header `{name}` of a call cannot be sent")))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Some(key) = key {
            self.sign(&mut headers, key)?;
        }
        let mut request = Request::new(Payload::default());
        *request.method_mut() = method;
        *request.uri_mut() = self.address(path)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// The address of a path. Parsing one takes longer than anything else in a short call, and paths repeat.
    pub(super) fn address(&self, path: &str) -> Result<Uri, Failure> {
        let mut last = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, address)) = last.as_ref().filter(|(of, _)| of == path) {
            return Ok(address.clone());
        }
        let address = parsed(&format!("{}{path}", self.endpoint.base_url))?;
        *last = Some((path.to_owned(), address.clone()));
        Ok(address)
    }

    pub(super) fn sign(&self, headers: &mut HeaderMap, key: &str) -> Result<(), Failure> {
        let (name, text) = match &self.endpoint.auth {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {key}")),
            Auth::Header(name) => {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| Failure::broken("the header for the provider's key has no valid name; correct it"))?;
                (name, key.to_owned())
            }
            Auth::None => return Ok(()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Failure::new(
                FailureKind::BadKey,
                "the provider's key holds characters that no key has, such as line breaks",
            )
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }

    /// Sends a request; only a good answer comes back as one. `sent` names what it holds and could be without.
    pub(super) async fn send(
        &self,
        request: Request<Payload>,
        clock: &Clock,
        key: Option<&str>,
        sent: &[String],
    ) -> Result<Answer, Refusal> {
        let response = self.send_to(request, clock).await?;
        self.judged(response, key, sent).await
    }

    /// Sends a request; gives the head of the answer, whatever its status.
    pub(super) async fn send_to(&self, request: Request<Payload>, clock: &Clock) -> Result<Answer, Failure> {
        let sent = tokio::time::timeout_at(clock.deadline(), self.client.send(request)).await;
        sent.map_err(|_| clock.timed_out())?.map_err(|error| trouble::unreachable(&error))
    }

    /// An answer, if it is a good one.
    pub(super) async fn judged(&self, response: Answer, key: Option<&str>, sent: &[String]) -> Result<Answer, Refusal> {
        match response.status() {
            200..=299 if media_type(&response).as_deref() == Some("text/html") => Err(Failure::new(
                FailureKind::Garbled,
                "the provider answered with a web page; its base_url is probably wrong",
            )
            .into()),
            200..=299 => Ok(response),
            status @ 300..=399 => Err(Failure::new(
                FailureKind::Unreachable,
                format!("the provider sends its callers elsewhere ({status}); its base_url is probably wrong"),
            )
            .into()),
            status => Err(Box::pin(self.refusal(status, response, key, sent)).await),
        }
    }

    /// What a refusal means, and which of the parameters that were sent and can be left out it is about.
    async fn refusal(&self, status: u16, mut response: Answer, key: Option<&str>, sent: &[String]) -> Refusal {
        let mut body = BytesMut::new();
        let gather = async {
            // A refusal that breaks off says what it says.
            while let Ok(Some(piece)) = response.chunk().await {
                body.extend_from_slice(&piece[..piece.len().min(MOST_REFUSAL_BYTES - body.len())]);
                if body.len() == MOST_REFUSAL_BYTES {
                    break;
                }
            }
        };
        // One that does not end in time likewise.
        let _ended = tokio::time::timeout(REFUSAL, gather).await;
        let page = blame::page(status, response.headers(), &body);
        let failure = page.unwrap_or_else(|| self.dialect.failure(status, response.headers(), &body));
        let parameter = blame::refused_parameter(status, &body, sent).map(str::to_owned);
        Refusal { failure: blame::without_key(failure, key), parameter }
    }
}

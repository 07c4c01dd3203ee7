//! Putting a request together, sending it, and judging the head of the answer.
//!
//! The key goes into one header, marked as sensitive, and nowhere else.

use std::sync::PoisonError;
use std::time::Duration;

use bytes::BytesMut;
use mediary_core::{Failure, FailureKind};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, Url};

use super::clock::Clock;
use super::{Remote, trouble};
use crate::blame;
use crate::{Auth, Endpoint, Framing};

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
    Ok(headers)
}

/// Whether an answer comes as a stream, and of which kind.
pub(super) fn framing(response: &Response) -> Option<Framing> {
    match media_type(response) {
        Some("text/event-stream") => Some(Framing::Sse),
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines") => {
            Some(Framing::Ndjson)
        }
        _ => None,
    }
}

fn media_type(response: &Response) -> Option<&str> {
    let value = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

impl Remote {
    /// A request to a path below the base URL.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        extra: &[(&'static str, String)],
        body: Option<Vec<u8>>,
        key: Option<&str>,
    ) -> Result<Request, Failure> {
        let mut request = Request::new(method, self.address(path)?);
        let mut headers = self.headers.clone()?;
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, text) in extra {
            let value = HeaderValue::from_str(text)
                .map_err(|_| Failure::broken(format!("the header `{name}` of a call cannot be sent")))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Some(key) = key {
            self.sign(&mut headers, key)?;
        }
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        Ok(request)
    }

    /// The address of a path. Parsing one takes longer than anything else in a short call, and paths repeat.
    fn address(&self, path: &str) -> Result<Url, Failure> {
        let mut last = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, url)) = last.as_ref().filter(|(of, _)| of == path) {
            return Ok(url.clone());
        }
        let url = Url::parse(&format!("{}{path}", self.endpoint.base_url)).map_err(|_| {
            Failure::new(
                FailureKind::Unreachable,
                "the provider's base_url is no address; write it as https://host/path",
            )
        })?;
        *last = Some((path.to_owned(), url.clone()));
        Ok(url)
    }

    fn sign(&self, headers: &mut HeaderMap, key: &str) -> Result<(), Failure> {
        let (name, text) = match &self.endpoint.auth {
            Auth::Bearer => (reqwest::header::AUTHORIZATION, format!("Bearer {key}")),
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

    /// Sends a request; only a good answer comes back as one.
    pub(super) async fn send(&self, request: Request, clock: &Clock, key: Option<&str>) -> Result<Response, Failure> {
        let response = tokio::time::timeout_at(clock.deadline(), self.client.execute(request))
            .await
            .map_err(|_| clock.timed_out())?
            .map_err(|error| trouble::unreachable(&error))?;
        match response.status().as_u16() {
            200..=299 if media_type(&response) == Some("text/html") => Err(Failure::new(
                FailureKind::Garbled,
                "the provider answered with a web page; its base_url is probably wrong",
            )),
            200..=299 => Ok(response),
            status @ 300..=399 => Err(Failure::new(
                FailureKind::Unreachable,
                format!("the provider sends its callers elsewhere ({status}); its base_url is probably wrong"),
            )),
            status => Err(self.refusal(status, response, key).await),
        }
    }

    /// What a refusal means.
    async fn refusal(&self, status: u16, mut response: Response, key: Option<&str>) -> Failure {
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
        blame::without_key(self.dialect.failure(status, response.headers(), &body), key)
    }
}

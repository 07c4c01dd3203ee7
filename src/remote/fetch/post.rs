//! Telling a stranger's address something: one request with a body, judged as a file's address is, its answer unread.
//!
//! Redirects are not followed: what is told is for the address that was given, and no other.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, Response};
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout;

use super::limits::{stalled, too_large, too_slow};
use super::refusal::failed;
use super::{FetchPolicy, Fetcher, check};
use crate::errands::ErrandClient;

pub(super) async fn post(
    errands: &ErrandClient,
    policy: &FetchPolicy,
    url: &str,
    headers: &[(&'static str, String)],
    body: String,
) -> Result<(), Failure> {
    let url = check::parse(url)?;
    check::check(&url, &policy.allow)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let unwritable = || Failure::broken("what is to be told cannot be written as a request");
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.as_str().parse().map_err(|_| unwritable())?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|_| unwritable())?;
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    let request = request.try_into().map_err(|_| unwritable())?;
    let response = match timeout(policy.connect + policy.idle, errands.send(request)).await {
        Err(_) => return Err(stalled(&host, policy.idle)),
        Ok(Err(error)) => return Err(failed(&host, &error)),
        Ok(Ok(response)) => response,
    };
    match response.status().as_u16() {
        200..=299 => Ok(()),
        status => Err(Failure::new(FailureKind::Unreachable, format!("`{host}` answers {status}"))),
    }
}

/// Delivers a request as it is, and gives what is answered, whatever that is, as far as it is short.
pub(super) async fn deliver(
    errands: &ErrandClient,
    policy: &FetchPolicy,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    let url = check::parse(&request.uri().to_string())?;
    check::check(&url, &policy.allow)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let request =
        request.try_into().map_err(|_| Failure::broken("what is to be told cannot be written as a request"))?;
    let delivered = async {
        let mut answer = errands.send(request).await.map_err(|error| failed(&host, &error))?;
        let mut told = Response::new(Bytes::new());
        *told.status_mut() = answer.status();
        *told.headers_mut() = answer.headers().clone();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| failed(&host, &error))? {
            if (body.len() + piece.len()) as u64 > policy.max_bytes {
                break;
            }
            body.extend_from_slice(&piece);
        }
        *told.body_mut() = body.into();
        Ok(told)
    };
    timeout(policy.total, delivered).await.unwrap_or_else(|_| Err(stalled(&host, policy.idle)))
}

/// Delivers a request as it is; the bytes of a success are handed to `keep` as they come, and its head is given without them.
/// Any other answer is given as it is, as far as it is short.
async fn receive(
    errands: &ErrandClient,
    policy: &FetchPolicy,
    request: Request<Bytes>,
    keep: &mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send),
) -> Result<Response<Bytes>, Failure> {
    /// Words about a failure are shorter.
    const MOST_WORDS: usize = 64 * 1024;
    let url = check::parse(&request.uri().to_string())?;
    check::check(&url, &policy.allow)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let request =
        request.try_into().map_err(|_| Failure::broken("what is to be told cannot be written as a request"))?;
    let received = async {
        let mut answer = errands.send(request).await.map_err(|error| failed(&host, &error))?;
        let mut told = Response::new(Bytes::new());
        *told.status_mut() = answer.status();
        *told.headers_mut() = answer.headers().clone();
        let (mut words, mut count) = (Vec::new(), 0_u64);
        let next = async |answer: &mut reqwest::Response| match timeout(policy.idle, answer.chunk()).await {
            Err(_) => Err(stalled(&host, policy.idle)),
            Ok(piece) => piece.map_err(|error| failed(&host, &error)),
        };
        while let Some(piece) = next(&mut answer).await? {
            count += piece.len() as u64;
            match told.status().is_success() {
                true if count > policy.max_bytes => return Err(too_large(policy.max_bytes)),
                true => keep(&piece)?,
                false if words.len() + piece.len() > MOST_WORDS => break,
                false => words.extend_from_slice(&piece),
            }
        }
        *told.body_mut() = words.into();
        Ok(told)
    };
    timeout(policy.total, received).await.unwrap_or_else(|_| Err(too_slow(policy.total)))
}

impl Fetcher {
    /// Delivers a request as it is to its address. The bytes of a success are handed to `keep` as they arrive, and its head
    /// is given without them; any other answer is given whole, as far as it is short. Redirects are not followed.
    ///
    /// # Errors
    /// Malformed when the address may not be gone to; too large or timed out when a limit was passed; unreachable when it was
    /// not heard; else what `keep` gave.
    pub async fn receive(
        &self,
        request: Request<Bytes>,
        keep: &mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send),
    ) -> Result<Response<Bytes>, Failure> {
        receive(&self.errands, &self.policy, request, keep).await
    }
}

//! Telling a stranger's address something: one request with a body, judged as a file's address is, its answer unread.
//!
//! Redirects are not followed: what is told is for the address that was given, and no other.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request};
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout;

use super::limits::stalled;
use super::refusal::failed;
use super::{FetchPolicy, check};
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

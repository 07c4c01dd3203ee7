//! The walk from an address to its file: hop by hop, then chunk by chunk, within the limits.
//!
//! Every hop is judged before it is asked for anything. Bodies of redirects and refusals are not read.

use std::time::Duration;

use http::Method;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION};
use mediary_core::{Failure, FailureKind};
use percent_encoding::percent_decode_str;
use reqwest::{Request, Response};
use tokio::time::timeout;
use url::Url;

use super::limits::{stalled, too_large, too_slow};
use super::refusal::{broke_off, failed};
use super::{FetchPolicy, Fetched, check};
use crate::errands::ErrandClient;

/// More redirects than this are a mistake or a trap.
const MOST_REDIRECTS: usize = 5;
/// A file name as long as file systems have it.
const LONGEST_NAME_BYTES: usize = 255;

/// What time an address says that it is, whatever else it answers. Its body is not read.
pub(super) async fn date(errands: &ErrandClient, policy: &FetchPolicy, url: &str) -> Result<Option<String>, Failure> {
    let url = check::parse(url)?;
    check::check(&url, &policy.allow)?;
    let response = ask(errands, policy, &url).await?;
    Ok(header(&response, &DATE).map(str::to_owned))
}

type Keep<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send);

pub(super) async fn fetch(
    errands: &ErrandClient,
    policy: &FetchPolicy,
    url: &str,
    keep: Keep<'_>,
) -> Result<Fetched, Failure> {
    let walk = async {
        let (url, response) = follow(errands, policy, check::parse(url)?).await?;
        let media_type = header(&response, &CONTENT_TYPE).and_then(|value| {
            let bare = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            (!bare.is_empty()).then_some(bare)
        });
        let len_bytes = read(policy, &url, response, keep).await?;
        Ok(Fetched { media_type, file_name: file_name(&url), len_bytes, url: url.into() })
    };
    timeout(policy.total, walk).await.unwrap_or_else(|_| Err(too_slow(policy.total)))
}

/// Goes from redirect to redirect, and gives the answer that has the file.
async fn follow(errands: &ErrandClient, policy: &FetchPolicy, mut url: Url) -> Result<(Url, Response), Failure> {
    for _ in 0..=MOST_REDIRECTS {
        check::check(&url, &policy.allow)?;
        let response = ask(errands, policy, &url).await?;
        let Some(next) = target(&url, &response)? else {
            accept(&url, &response, policy)?;
            return Ok((url, response));
        };
        url = next;
    }
    Err(Failure::malformed(format!(
        "the address is redirected more than {MOST_REDIRECTS} times; give the one it ends at"
    )))
}

async fn ask(errands: &ErrandClient, policy: &FetchPolicy, url: &Url) -> Result<Response, Failure> {
    let mut request = Request::new(Method::GET, url.clone());
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // The client itself ends a connection that does not come about.
    let patience: Duration = policy.connect + policy.idle;
    match timeout(patience, errands.send(request)).await {
        Err(_) => Err(stalled(host(url), policy.idle)),
        Ok(Err(error)) => Err(failed(host(url), &error)),
        Ok(Ok(response)) => Ok(response),
    }
}

/// Where a redirect leads; `None` when it is none.
fn target(url: &Url, response: &Response) -> Result<Option<Url>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = header(response, &LOCATION).and_then(|location| url.join(location).ok());
    let nowhere = || Failure::new(FailureKind::Unreachable, format!("`{}` redirects to nowhere", host(url)));
    location.map(Some).ok_or_else(nowhere)
}

/// Whether this answer has a file of a size that may be.
fn accept(url: &Url, response: &Response, policy: &FetchPolicy) -> Result<(), Failure> {
    let (status, named, host) = (response.status().as_u16(), response.status(), host(url));
    if matches!(status, 400..=499) {
        let detail = format!("`{host}` answers {named}; check the address, and whether it is still valid");
        return Err(Failure::malformed(detail));
    }
    if !matches!(status, 200..=299) {
        return Err(Failure::new(FailureKind::Unreachable, format!("`{host}` answers {named}; try again later")));
    }
    // Unpacked, a small body may be endless; and packed, it is not the file.
    let is_packed = |coding: &str| !coding.trim().is_empty() && !coding.trim().eq_ignore_ascii_case("identity");
    if header(response, &CONTENT_ENCODING).is_some_and(is_packed) {
        let detail = format!("`{host}` compresses the file although it was asked not to; send the file itself");
        return Err(Failure::new(FailureKind::Unreachable, detail));
    }
    if response.content_length().is_some_and(|announced| announced > policy.max_bytes) {
        return Err(too_large(policy.max_bytes));
    }
    Ok(())
}

/// Hands on the body, and says how long it was.
async fn read(policy: &FetchPolicy, url: &Url, mut response: Response, keep: Keep<'_>) -> Result<u64, Failure> {
    let mut total = 0;
    loop {
        let chunk = match timeout(policy.idle, response.chunk()).await {
            Err(_) => return Err(stalled(host(url), policy.idle)),
            Ok(Err(error)) => return Err(broke_off(host(url), &error)),
            Ok(Ok(None)) => return Ok(total),
            Ok(Ok(Some(chunk))) => chunk,
        };
        total += chunk.len() as u64;
        if total > policy.max_bytes {
            return Err(too_large(policy.max_bytes));
        }
        keep(&chunk)?;
    }
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn file_name(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_decode_str(last).decode_utf8().ok()?;
    (!name.is_empty() && name.len() <= LONGEST_NAME_BYTES).then(|| name.into_owned())
}

//! What a server without keys refuses: requests that a foreign web page made, or that came for a foreign name.
//!
//! A page may send requests to any address its browser can reach, and may point a name of its own at 127.0.0.1; so the
//! `Origin`, the `Host` and what `Sec-Fetch-*` says are held against this machine. It resolves no names. Programs that
//! are no browsers send none of these but `Host`, and pass.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderValue, Method};

use crate::http::content;
use crate::http::error::ApiError;
use crate::http::{google, reminders};

#[derive(Debug)]
pub(super) struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    pub(super) fn new(allowed: &[String]) -> Self {
        Self { allowed: allowed.to_vec() }
    }

    pub(super) fn admit(&self, request: &Request) -> Result<(), ApiError> {
        let headers = request.headers();
        let authority = request.uri().authority().map(|authority| is_loopback(authority.as_str()));
        let hosts = headers.get_all(HOST).iter().map(|value| value.to_str().is_ok_and(is_loopback));
        if !authority.into_iter().chain(hosts).all(|ours| ours) {
            return Err(foreign_host());
        }
        let mut origins = headers.get_all(ORIGIN).iter().peekable();
        let origin_is_named = origins.peek().is_some();
        if !origins.all(|origin| self.allows(origin)) {
            return Err(foreign_origin());
        }
        if !origin_is_named && is_foreign_fetch(request) {
            return Err(foreign_origin());
        }
        Ok(())
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        let origin = origin.to_ascii_lowercase();
        let web = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        web.is_some_and(is_loopback) || self.allowed.contains(&origin)
    }
}

/// Whether a browser sent this for a page of another site without naming the page: an `<img>`, a script, a frame.
/// Following a link to a page of ours is not that: the page that linked here gets nothing of the answer.
fn is_foreign_fetch(request: &Request) -> bool {
    let says = |name: &str, text: &str| request.headers().get(name).is_some_and(|value| value == text);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let link = reads && says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
    says("sec-fetch-site", "cross-site") && !link
}

fn foreign_origin() -> ApiError {
    ApiError::forbidden(
        "origin_not_allowed",
        "Web pages of other sites may not use this server. To allow one, name its origin in `cors_origins` in [server].",
    )
}

fn foreign_host() -> ApiError {
    ApiError::forbidden(
        "host_not_allowed",
        "A server without API keys answers only to localhost and loopback addresses. To use another name, set a key \
         with MEDIARY_API_KEY=… in the environment or `api_keys` in [server].",
    )
}

/// Whether `host` or `host:port` is this machine by its very spelling.
fn is_loopback(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((ip, port)) = rest.split_once(']') else { return false };
        return is_port(port) && ip.parse::<Ipv6Addr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    }
    let (host, port) = authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon));
    is_port(port) && (host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()) || is_localhost(host))
}

/// `localhost` and the names below it, which no resolver may send elsewhere; a final dot means the same.
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let plain = |name: &str| {
        name.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
    };
    host == "localhost" || host.strip_suffix(".localhost").is_some_and(plain)
}

/// Nothing, or a colon and digits.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The routes that show nothing of the owner's and spend nothing. Anything not named here wants a key, existing or not.
pub(super) fn is_public(path: &str) -> bool {
    matches!(path, "/health" | "/livez" | "/readyz" | "/docs" | "/openapi.json" | "/dashboard")
        || path.starts_with("/docs/")
        || path.starts_with("/dashboard/")
        || matches!(path, google::CALLBACK | reminders::FEED)
        || is_linked(path)
}

/// Files whose links are secrets themselves: a client that has one, or a page of another site, may show the file.
pub(super) fn is_linked(path: &str) -> bool {
    path.starts_with(content::PREFIX)
}

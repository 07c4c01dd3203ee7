//! API keys: read from a request's headers and compared without telling anything by the time it takes.
//!
//! Digests are compared, so that neither the length nor a common beginning of a key shows; every key is compared with
//! every presented one, whether or not one has matched. It does not know routes; the guard does.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::behalf::on_behalf;
use super::client::admitted;
use crate::config::{Secret, Server};
use crate::gateway::realtime::Secrets;
use crate::gateway::{Client, Clients, KeyDigest};
use crate::http::error::ApiError;
use crate::http::realtime::SOCKET;

/// The header in which Google's clients send a key.
const GOOGLES: &str = "x-goog-api-key";
/// Their routes, below which a key may stand in the query as well.
const GOOGLES_ROUTES: [&str; 2] = ["/v1beta/", "/v1/models/"];
/// What stands before a key among the protocols of a WebSocket, as OpenAI's clients write it.
const AMONG_PROTOCOLS: &str = "openai-insecure-api-key.";
const IN_QUERY: &str = "key=";

const HOW: &str = "send one of this server's API keys as `Authorization: Bearer KEY` or `x-api-key: KEY`";

pub(super) struct Keys(Vec<KeyDigest>);

impl Keys {
    pub(super) fn new(keys: &[Secret]) -> Self {
        Self(keys.iter().map(|key| digest(key.expose().as_bytes())).collect())
    }

    pub(super) fn are_asked_for(&self) -> bool {
        !self.0.is_empty()
    }

    /// Lets in who brings one of the keys, and says whose it is.
    pub(super) fn admit(&self, headers: &HeaderMap, clients: &Clients) -> Result<Brought, ApiError> {
        let mut presented = presented(headers).peekable();
        if presented.peek().is_none() {
            return Err(ApiError::unauthorised("missing_api_key", format!("This server wants an API key: {HOW}.")));
        }
        let mut client = None;
        let known = presented.fold(Choice::from(0), |known, key| {
            let digest = digest(key);
            client = client.take().or_else(|| clients.find(&digest));
            known | self.knows(&digest)
        });
        if known.into() {
            // One who brings it learns nothing from the time that it takes to find it again.
            let mut digests = self::presented(headers).map(digest);
            return digests.find(|key| self.knows(key).into()).map(Brought::Configured).ok_or_else(unknown);
        }
        client.map(Brought::OfClient).ok_or_else(unknown)
    }

    /// Whether what is this owner's was made with a key that is none of them any more.
    pub(super) fn have_lost(&self, owner: &[u8]) -> bool {
        let is_one = |key: &KeyDigest| key.as_slice() == owner;
        !owner.is_empty() && self.are_asked_for() && !self.0.iter().any(is_one)
    }

    fn knows(&self, presented: &KeyDigest) -> Choice {
        self.0.iter().fold(Choice::from(0), |known, key| known | key.ct_eq(presented))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

fn unknown() -> ApiError {
    ApiError::unauthorised("invalid_api_key", format!("This server does not know that API key; {HOW}."))
}

/// The key that a request was let in with.
#[derive(Debug)]
pub(super) enum Brought {
    /// One of the configuration, which is of no client.
    Configured(KeyDigest),
    /// A client's own.
    OfClient(Arc<Client>),
}

tokio::task_local! {
    static CONFIGURED: KeyDigest;
}

/// Handles a request that a key of the configuration let in, which is known from here on: others may stand beside it.
pub(super) async fn let_in<T>(key: KeyDigest, handling: impl Future<Output = T>) -> T {
    CONFIGURED.scope(key, handling).await
}

/// Whether a request brings any key.
pub(super) fn is_presented(headers: &HeaderMap) -> bool {
    presented(headers).next().is_some()
}

/// What a client is known by where conversations and kept answers are told apart: its id, else the key that let it in. Where
/// none is asked for, the first that it brings, or nothing.
pub(in crate::http) fn client_of(headers: &HeaderMap) -> Vec<u8> {
    if let Some(behalf) = on_behalf() {
        return behalf.owner.clone();
    }
    if let Some(admitted) = admitted() {
        return digest(admitted.client().id.as_bytes()).to_vec();
    }
    // What stands before the key that counts may be what a program fills in for all of its users.
    if let Ok(known) = CONFIGURED.try_with(|key| key.to_vec()) {
        return known;
    }
    presented(headers).next().map_or(Vec::new(), |key| digest(key).to_vec())
}

/// What a client is known by where it must not learn of others' documents: its id, else its key, if this server asks for
/// one. An id outlives the key.
pub(in crate::http) fn owner_of(headers: &HeaderMap, server: &Server) -> Vec<u8> {
    owner_by(&client_of(headers), server)
}

/// The same of a client that is known already.
pub(in crate::http) fn owner_by(client: &[u8], server: &Server) -> Vec<u8> {
    let is_known = on_behalf().is_some() || admitted().is_some();
    if server.api_keys.is_empty() && !is_known { Vec::new() } else { client.to_vec() }
}

fn digest(key: &[u8]) -> KeyDigest {
    Sha256::digest(key).into()
}

/// Every key the request brings. A program may send both headers, one of them filled in by habit.
fn presented(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let bearer = headers.get_all(AUTHORIZATION).iter().filter_map(|value| bearer(value.as_bytes()));
    let own = headers.get_all("x-api-key").iter().map(|value| value.as_bytes().trim_ascii());
    let googles = headers.get_all(GOOGLES).iter().map(|value| value.as_bytes().trim_ascii());
    bearer.chain(own).chain(googles).filter(|key| !key.is_empty())
}

/// A request without the key that Google's clients may write into its address, which stands among its headers from here
/// on: nothing behind the guard sees the address with it.
pub(super) fn out_of_address(mut request: Request) -> Request {
    let uri = request.uri();
    let is_googles = GOOGLES_ROUTES.iter().any(|route| uri.path().starts_with(route));
    let Some(query) = uri.query().filter(|query| is_googles && query.contains(IN_QUERY)) else { return request };
    let (keys, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with(IN_QUERY));
    let Some(key) = keys.first() else { return request };
    let key: Vec<u8> = percent_decode_str(&key[IN_QUERY.len()..]).collect();
    let path = if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) };
    let mut parts = uri.clone().into_parts();
    // What was cut out of an address leaves one.
    if let Ok(path) = path.parse() {
        parts.path_and_query = Some(path);
    }
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    if let Ok(mut value) = HeaderValue::from_bytes(&key) {
        value.set_sensitive(true);
        request.headers_mut().append(GOOGLES, value);
    }
    request
}

/// The client secret that a request brings as its key, if it does.
pub(in crate::http) fn secret_of(headers: &HeaderMap) -> Option<&[u8]> {
    presented(headers).find(|key| Secrets::is_one(key))
}

/// A request whose key, which browsers can only send among the protocols of a WebSocket, stands among its headers.
pub(super) fn out_of_protocols(mut request: Request) -> Request {
    if request.uri().path() != SOCKET {
        return request;
    }
    let headers = request.headers();
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(',')).map(str::trim);
    let key = names.find_map(|name| name.strip_prefix(AMONG_PROTOCOLS));
    let key = key.and_then(|key| HeaderValue::try_from(format!("Bearer {key}")).ok());
    if let Some(mut value) = key {
        value.set_sensitive(true);
        request.headers_mut().append(AUTHORIZATION, value);
    }
    request
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked("Bearer".len())?;
    let separated = rest.first().is_some_and(u8::is_ascii_whitespace);
    (scheme.eq_ignore_ascii_case(b"Bearer") && separated).then(|| rest.trim_ascii())
}

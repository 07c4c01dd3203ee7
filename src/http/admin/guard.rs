//! Who is an administrator: a session of the password, or a client key that says so. A server on loopback that asks for no
//! key and has no password yet shows what it has, and changes nothing.
//!
//! No page of another origin may read or drive it, whatever `server.cors_origins` says: a cookie would go along.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use subtle::ConstantTimeEq;

use super::super::error::ApiError;
use super::super::guard::admitted;
use super::super::state::AppState;
use super::{administration, failed};
use crate::gateway::{Administration, Session};

/// The address that a connection came from.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Peer(pub(in crate::http) IpAddr);

/// The cookie of a session.
pub(super) const COOKIE_NAME: &str = "mediary_admin";
/// What a page sends along with changes.
const CSRF: &str = "x-csrf-token";

/// Where a request came from.
pub(super) fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.0)
}

/// Lets a request through that only looks.
///
/// # Errors
/// When it is no administrator's.
pub(super) async fn may_look<'s>(state: &'s AppState, headers: &HeaderMap) -> Result<&'s Administration, ApiError> {
    let administration: &Administration = administration(state)?;
    is_of_this_origin(headers)?;
    if is_admin_key() || session(administration, headers).is_some() {
        return Ok(administration);
    }
    let server = &state.config.server;
    let asks_for_keys = !server.api_keys.is_empty() || state.gateway.clients.are_there();
    let is_open = server.host.is_loopback() && !asks_for_keys && admitted().is_none();
    if is_open && !administration.has_password().await.map_err(failed)? {
        return Ok(administration);
    }
    Err(not_in())
}

/// Whether a request is an administrator's, not that of a client on a server that shows what it has.
pub(super) fn is_administrators(state: &AppState, headers: &HeaderMap) -> bool {
    let has_session = || administration(state).is_ok_and(|administration| session(administration, headers).is_some());
    is_admin_key() || has_session()
}

/// Lets a request through that changes something.
///
/// # Errors
/// When it is no administrator's, or comes with a session and without what its page sends along.
pub(super) fn may_change<'s>(state: &'s AppState, headers: &HeaderMap) -> Result<&'s Administration, ApiError> {
    let administration: &Administration = administration(state)?;
    is_of_this_origin(headers)?;
    if is_admin_key() {
        return Ok(administration);
    }
    let Some(session) = session(administration, headers) else { return Err(not_in()) };
    if comes_from_its_page(&session, headers) {
        return Ok(administration);
    }
    let message =
        "A change with a session needs its token in the header X-CSRF-Token; GET /api/admin/session gives it.";
    Err(ApiError::forbidden("csrf_token_missing", message))
}

/// Whether a request to any route comes with an administrator's session, and from the page that opened it.
pub(in crate::http) fn is_driven(administration: &Administration, headers: &HeaderMap) -> bool {
    is_of_this_origin(headers).is_ok()
        && session(administration, headers).is_some_and(|session| comes_from_its_page(&session, headers))
}

/// Whether a request brings what the session's page alone knows, and no form of another page can send.
fn comes_from_its_page(session: &Session, headers: &HeaderMap) -> bool {
    let sent = headers.get(CSRF).map(HeaderValue::as_bytes).unwrap_or_default();
    session.csrf.as_bytes().ct_eq(sent).into()
}

/// The session that a request's cookie names.
pub(super) fn session(administration: &Administration, headers: &HeaderMap) -> Option<Session> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == COOKIE_NAME)?;
    administration.session(token)
}

/// Refuses what a page of another origin sends.
///
/// # Errors
/// When one did.
pub(super) fn is_of_this_origin(headers: &HeaderMap) -> Result<(), ApiError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_ours = |origin: &HeaderValue| {
        let origin = origin.to_str().unwrap_or_default();
        let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        named.is_some_and(|named| !named.is_empty() && named.eq_ignore_ascii_case(host))
    };
    let is_foreign_fetch =
        headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    if headers.get_all(ORIGIN).iter().all(is_ours) && !is_foreign_fetch {
        return Ok(());
    }
    Err(ApiError::forbidden("origin_not_allowed", "Pages of other sites may not administer this server."))
}

fn is_admin_key() -> bool {
    admitted().is_some_and(|admitted| admitted.client().is_admin)
}

fn not_in() -> ApiError {
    let message = "This is for administrators: log in with POST /api/admin/login, or send a client key that was made with \
                   --admin. `mediary admin password` sets the password.";
    ApiError::unauthorised("not_an_administrator", message)
}

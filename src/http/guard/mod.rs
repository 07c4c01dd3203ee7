//! Who may come in: with keys whoever has one, without keys only programs on this machine and no foreign web page.
//!
//! It counts nothing and knows no users. Loopback is no exception from keys, since other accounts and containers share
//! it. The router puts [`check_origin`] before the CORS layer, so that a refused page gets no CORS headers, and
//! [`check_key`] behind it, so that a browser's preflight, which cannot carry a key, is answered.

mod cors;
mod key;
mod origin;

#[cfg(test)]
mod tests;

pub(super) use cors::cors;
pub(super) use key::client_of;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::Server;
use key::Keys;
use origin::Origins;

/// The rules, made once from the configuration.
#[derive(Debug)]
pub(super) struct Guard {
    keys: Keys,
    origins: Origins,
}

impl Guard {
    pub(super) fn new(server: &Server) -> Arc<Self> {
        Arc::new(Self { keys: Keys::new(&server.api_keys), origins: Origins::new(&server.cors_origins) })
    }
}

/// On a server without keys: refuses what a foreign web page may have sent. A key says more than any of these headers.
pub(super) async fn check_origin(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if guard.keys.are_asked_for() {
        return next.run(request).await;
    }
    match guard.origins.admit(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// On a server with keys: refuses whoever brings none of them, except on the public routes.
pub(super) async fn check_key(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if !guard.keys.are_asked_for() || is_public(request.uri().path()) {
        return next.run(request).await;
    }
    match guard.keys.admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// The routes that show nothing of the owner's and spend nothing. Anything not named here wants a key, existing or not.
fn is_public(path: &str) -> bool {
    matches!(path, "/health" | "/livez" | "/readyz" | "/docs" | "/openapi.json") || path.starts_with("/docs/")
}

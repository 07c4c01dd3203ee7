//! What is asked of whom: made once from the configuration, and put around routes.
//!
//! The origin is looked at before the CORS layer, so that a refused page gets no CORS headers; the key behind it, so that a
//! browser's preflight, which cannot carry one, is answered.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state, map_request};
use axum::response::{IntoResponse, Response};

use super::super::admin;
use super::super::realtime::{self, SOCKET};
use super::cors::cors;
use super::key::{self, Brought, Keys};
use super::origin::{Origins, is_linked, is_public};
use super::{Known, client, on_behalf};
use crate::config::Server;
use crate::gateway::realtime::Secrets;
use crate::gateway::{Administration, Clients};

/// The rules, made once from the configuration.
#[derive(Debug)]
struct Guard {
    keys: Keys,
    clients: Arc<Clients>,
    /// Tokens that open one live conversation each.
    secrets: Arc<Secrets>,
    /// Whose sessions are keys of their own.
    administration: Option<Arc<Administration>>,
    origins: Origins,
}

impl Guard {
    fn new(server: &Server, known: Known) -> Arc<Self> {
        let (keys, origins) = (Keys::new(&server.api_keys), Origins::new(&server.cors_origins));
        let Known { clients, secrets, administration } = known;
        Arc::new(Self { keys, clients, secrets, administration, origins })
    }

    /// Has routes ask for keys, as `asking` puts it around them, or, where there are none, look at where requests come from.
    fn around(self: Arc<Self>, app: Router, server: &Server, asking: impl FnOnce(Router) -> Router) -> Router {
        let asks_for_keys = self.keys.are_asked_for() || self.clients.are_there();
        let app = if asks_for_keys { asking(app) } else { app };
        let app = match cors(&server.cors_origins) {
            Some(cors) => app.layer(cors),
            None => app,
        };
        if asks_for_keys { app } else { app.layer(from_fn_with_state(self, check_origin)) }
    }

    /// Whether the dashboard sent this: with an administrator's session, and with what only its page can send along.
    fn is_driven(&self, headers: &HeaderMap) -> bool {
        self.administration.as_ref().is_some_and(|administration| admin::is_driven(administration, headers))
    }
}

/// Puts the guard around routes. A key says more than the headers by which foreign web pages are known, so a server asks
/// for one or looks at the other.
pub(in crate::http) fn guarded(app: Router, server: &Server, known: Known) -> Router {
    let guard = Guard::new(server, known);
    let app = guard.clone().around(app, server, |app| app.layer(from_fn_with_state(guard, check_key)));
    app.layer(map_request(async |request: Request| key::out_of_protocols(key::out_of_address(request))))
}

/// Puts the guard around routes that are no work themselves: a key lets in, and is not charged.
pub(in crate::http) fn guarded_apart(app: Router, server: &Server, known: Known) -> Router {
    let guard = Guard::new(server, known);
    guard.clone().around(app, server, |app| app.layer(from_fn_with_state(guard, look_at_key)))
}

/// For a server with keys: refuses callers that bring none of them; those of clients have to be in force.
async fn look_at_key(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.keys.admit(request.headers(), &guard.clients) {
        Ok(Brought::Configured(key)) => key::let_in(key, next.run(request)).await,
        Ok(Brought::OfClient(client)) => match client::in_force(&client) {
            Ok(()) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        },
        Err(refusal) => refusal.into_response(),
    }
}

/// For a server without keys: refuses what a foreign web page may have sent.
async fn check_origin(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if let Some(behalf) = on_behalf() {
        return behalf.serve((&guard.keys, &guard.clients), request, next).await;
    }
    if is_linked(request.uri().path()) {
        return next.run(request).await;
    }
    match guard.origins.admit(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// For a server with keys: refuses callers that bring none of them, except on the public routes.
async fn check_key(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if let Some(behalf) = on_behalf() {
        return behalf.serve((&guard.keys, &guard.clients), request, next).await;
    }
    let path = request.uri().path();
    let brings_none = !key::is_presented(request.headers());
    // An administrator's session is a key of its own; who is none is refused there.
    let is_by_session = brings_none && path.starts_with("/api/admin/");
    if is_public(path) || is_by_session || brings_none && guard.is_driven(request.headers()) {
        return next.run(request).await;
    }
    if path == SOCKET
        && let Some(secret) = key::secret_of(request.headers())
    {
        let Some(grant) = guard.secrets.take(secret) else { return realtime::used_up().into_response() };
        // Its key may have been changed or removed since.
        let client = match &grant.client {
            Some(before) => match guard.clients.of(&before.id) {
                Some(now) => Some(now),
                None => return realtime::used_up().into_response(),
            },
            None => None,
        };
        request.extensions_mut().insert(grant);
        return match client {
            Some(client) => client::serve(&client, request, next).await,
            None => next.run(request).await,
        };
    }
    match guard.keys.admit(request.headers(), &guard.clients) {
        Ok(Brought::Configured(key)) => key::let_in(key, next.run(request)).await,
        Ok(Brought::OfClient(client)) => client::serve(&client, request, next).await,
        Err(refusal) => refusal.into_response(),
    }
}

//! `/mcp`: the Model Context Protocol over HTTP, in both of its eras, and over the events of 2024 (`legacy`).
//!
//! A message of the protocol is no work itself: the guard looks at its key and counts nothing. What a tool asks of this server's
//! routes is a request like any other, with the same key, and is counted there.

mod door;
mod legacy;
mod message;
mod streamable;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::guard::{Known, guarded_apart};
use super::state::AppState;
use super::visit;
use crate::mcp::{Running, Server};
pub use door::RouterDoor;
use legacy::Sessions;
pub(super) use legacy::{__path_message, __path_open, message, open};
pub(super) use streamable::{__path_streamable, streamable};

/// What the routes of the protocol work with.
#[derive(Clone)]
pub(super) struct Speaking {
    state: AppState,
    service: StreamableHttpService<Server, NeverSessionManager>,
    running: Arc<Running>,
    server: Server,
    sessions: Arc<Sessions>,
}

/// All routes, and those of the protocol beside them, whose tools ask these.
pub(super) fn beside(app: Router, state: AppState, known: Known) -> Router {
    if !state.config.mcp.enabled {
        return app;
    }
    let running = Arc::new(Running::default());
    let server = Server::new(Arc::new(RouterDoor::of(app.clone())), running.clone());
    // Hosts, origins and keys are the guard's affair, the length of bodies that of `body`. There are no sessions: what a client
    // of the older protocol is given as one is a name for its requests and holds nothing here.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_max_request_body_bytes(usize::MAX);
    let served = server.clone();
    let service = StreamableHttpService::new(move || Ok(served.clone()), Arc::default(), config);
    let rules = state.config.server.clone();
    let speaking = Speaking { state, service, running, server, sessions: Arc::default() };
    let routes = Router::new()
        .route("/mcp", post(streamable).fallback(streamable))
        .route("/sse", get(open))
        .route("/sse/messages", post(message))
        .with_state(speaking);
    app.merge(guarded_apart(routes, &rules, known).layer(from_fn(visit::accompany)))
}

//! `/mcp`: the Model Context Protocol over HTTP, in both of its eras, and over the events of 2024 (`legacy`).
//!
//! A message of the protocol is no work itself: the guard looks at its key and counts nothing. What a tool asks of this server's
//! routes is a request like any other, with the same key, and is counted there.

mod door;
mod message;
mod streamable;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::any;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::guard::{Known, guarded_apart};
use super::state::AppState;
use super::visit;
use crate::mcp::{Running, Server};
pub use door::RouterDoor;
pub(super) use streamable::{__path_streamable, streamable};

/// What the routes of the protocol work with.
#[derive(Clone)]
pub(super) struct Speaking {
    state: AppState,
    service: StreamableHttpService<Server, NeverSessionManager>,
    running: Arc<Running>,
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
    let service = StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config);
    let server = state.config.server.clone();
    let speaking = Speaking { state, service, running };
    let routes = Router::new().route("/mcp", any(streamable)).with_state(speaking);
    app.merge(guarded_apart(routes, &server, known).layer(from_fn(visit::accompany)))
}

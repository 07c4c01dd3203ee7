//! Batches over HTTP, as OpenAI has them (`openai`) and as Anthropic has them (`messages`).
//!
//! A batch belongs to the key that made it; with any other it does not exist. Its lines come back through the `door`.

mod door;
pub(super) mod messages;
pub(super) mod openai;
mod said;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::guard::{Held, on_behalf};
use crate::gateway::batches::Batches;
pub use door::door;

/// Counts a request that is under way, for which lines of batches make way; those lines are none.
pub(super) async fn live(State(batches): State<Arc<Batches>>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || on_behalf().is_some() {
        return next.run(request).await;
    }
    let live = batches.live();
    next.run(request).await.map(|body| Body::new(Held::new(body, live)))
}

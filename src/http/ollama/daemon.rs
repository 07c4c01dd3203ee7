//! Requests to the Ollama on this machine and its answers, byte for byte.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::super::state::AppState;
use crate::gateway::{Daemon, Passage};

const X_MEDIARY_COST_USD: HeaderName = HeaderName::from_static("x-mediary-cost-usd");
const X_ROUTED_VIA: HeaderName = HeaderName::from_static("x-routed-via");

/// The daemon's answer to a request about a model that it has. `None`: it has no such model, or is not there.
pub(super) async fn relayed(
    state: &AppState,
    method: Method,
    path: &str,
    model: &str,
    body: Bytes,
) -> Option<Response> {
    let daemon = state.gateway.daemon()?;
    if !daemon.has(model).await {
        return None;
    }
    let mut answer = passed(daemon, method, path, body).await?;
    let target = format!("{}/{model}", daemon.provider.as_str());
    if let Ok(via) = HeaderValue::from_str(&target) {
        answer.headers_mut().insert(X_ROUTED_VIA, via);
    }
    if answer.status().is_success() {
        // Its lines are not looked into, so what they used is not known; what a model costs that costs nothing is.
        let cost = if state.gateway.is_free(&daemon.provider, model) { "0" } else { "unpriced" };
        tracing::debug!(call.target = target, cost.usd = cost, "an answer is passed on as it comes");
        answer.headers_mut().insert(X_MEDIARY_COST_USD, HeaderValue::from_static(cost));
    }
    Some(answer)
}

/// The daemon's answer to any request. `None`: it is not there.
pub(super) async fn passed(daemon: &Daemon, method: Method, path: &str, body: Bytes) -> Option<Response> {
    match daemon.pass(method, path, body).await {
        Ok(answer) => Some(written(answer)),
        Err(failure) => {
            tracing::debug!(
                call.provider = daemon.provider.as_str(),
                failure.kind = failure.kind.name(),
                "does not answer"
            );
            daemon.is_down().await;
            None
        }
    }
}

fn written(answer: Passage) -> Response {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    let media_type = answer.content_type().cloned();
    // An answer that breaks off ends the connection, so that it does not look complete.
    let pieces = stream::try_unfold(answer, |mut answer| async move {
        Ok::<_, mediary_core::Failure>(answer.next().await?.map(|piece| (piece, answer)))
    });
    let mut response = (status, Body::from_stream(pieces)).into_response();
    if let Some(media_type) = media_type {
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    response
}

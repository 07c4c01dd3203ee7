//! `/mcp`: one message a request (Streamable HTTP). The stateless protocol, and the older handshakes without a session to hold.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::guard::{Held, client_of};
use super::super::unpacked::json_body;
use super::Speaking;
use super::message::Message;
use crate::http::error::ErrorBody;
use crate::mcp::Caller;

/// The header in which a client of the older protocol names its session.
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// Answers a message of the Model Context Protocol.
#[utoipa::path(
    post,
    path = "/mcp",
    tag = "mcp",
    params(
        ("MCP-Protocol-Version" = Option<String>, Header, description = "the version that is spoken: 2026-07-28, 2025-11-25, \
            2025-06-18 or 2025-03-26"),
    ),
    request_body(content = Object, description = "A message of JSON-RPC; `Accept` has to name application/json and \
        text/event-stream"),
    responses(
        (status = 200, description = "The answer; as events where progress is told before it", content(
            (Object = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "A notification was taken"),
        (status = 400, description = "It is no message, or its version is not known", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 405, description = "There is nothing to listen to and no session to end: POST messages"),
        (status = 406, description = "`Accept` does not name both types"),
    )
)]
pub(in super::super) async fn streamable(
    State(speaking): State<Speaking>,
    request: Request,
) -> Result<Response, ApiError> {
    if *request.method() != Method::POST {
        let Ok(response) = tower::ServiceExt::oneshot(speaking.service, request).await;
        return Ok(response.map(Body::new));
    }
    let caller = caller(request.headers());
    let (head, body) = request.into_parts();
    let JsonBody { text, parsed } = json_body(Request::from_parts(head.clone(), body), &speaking.state).await?;
    let message = Message::read(&text);
    if let (Some(caller), Some(id)) = (&caller, message.taken_back()) {
        speaking.running.cancel(caller, &id);
    }
    let begins = message.begins();
    let mut request = Request::from_parts(head, Body::from(text.clone()));
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    let Ok(response) = tower::ServiceExt::oneshot(speaking.service, request).await;
    let mut response = response.map(|body| Body::new(Held::new(Body::new(body), parsed))).into_response();
    if begins
        && response.status().is_success()
        && let Ok(name) = HeaderValue::try_from(Uuid::now_v7().simple().to_string())
    {
        response.headers_mut().insert(SESSION, name);
    }
    Ok(response)
}

/// Who sends a message; `None`: it names no session, so that its calls are told apart from others with the same key by nothing,
/// and end with their connection alone.
fn caller(headers: &HeaderMap) -> Option<Caller> {
    let session = headers.get(SESSION).and_then(|session| session.to_str().ok()).filter(|name| !name.is_empty())?;
    Some(Caller { owner: client_of(headers), session: session.to_owned() })
}

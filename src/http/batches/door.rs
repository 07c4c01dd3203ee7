//! The door for lines of batches: each is a request to this server's own routes, with everything that a client's would meet
//! there, from the limits of its key to the request log.
//!
//! They are answered on a lane of their own, so that no connection's is held up.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use bytes::Bytes;
use futures_util::stream;
use mediary_core::provider::BoxFuture;
use mediary_core::{Hold, ProviderId};
use mediary_store::BatchKind;
use serde_json::{Map, Value};
use tower::ServiceExt as _;

use super::super::current::Current;
use super::super::guard::OnBehalf;
use super::super::lanes::Lanes;
use super::super::ocr::parts;
use super::super::request_id::X_REQUEST_ID;
use crate::gateway::AtProvider;
use crate::gateway::batches::{Door, LineAnswer, LineCall, LineFault, LineOutcome, ReadLine};
use crate::protocol::{anthropic, mistral, openai};

/// Recordings are asked for in a form.
const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";
/// Documents of many pages are read in parts.
const OCR: &str = "/v1/ocr";
const BOUNDARY: &str = "mediary-line-of-a-batch-7d1f0c52";

/// What answers lines of batches with what serves by then.
///
/// # Errors
/// When the system gives no thread.
pub fn door(current: Current) -> io::Result<Arc<dyn Door>> {
    Ok(Arc::new(RouterDoor { current, lane: Lanes::one("batches")? }))
}

#[derive(Debug)]
struct RouterDoor {
    current: Current,
    lane: Lanes,
}

impl Door for RouterDoor {
    fn answer(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        let running = self.lane.spawn(answer(self.current.now(), call));
        Box::pin(async move {
            match running {
                // Dropped with its batch's task, it ends as a request does whose client has left.
                Some(running) => AbortOnDrop(running).joined().await,
                None => LineAnswer::failed("there is no lane for batches"),
            }
        })
    }

    fn batching(&self, provider: &ProviderId, key: Option<&str>) -> Option<AtProvider> {
        self.current.state()?.gateway.router.at_provider(provider, key)
    }

    fn parts<'a>(&'a self, call: &'a LineCall) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            match self.current.state().filter(|_| call.path == OCR) {
                Some(state) => Box::pin(parts(&state, &call.owner, call.body.as_bytes())).await,
                None => Vec::new(),
            }
        })
    }

    fn joined(&self, parts: &[(String, &[u8])]) -> Option<Vec<u8>> {
        mistral::joined(parts)
    }

    fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
        openai::batches::batch_line(endpoint, text)
    }

    fn written(&self, kind: BatchKind, line_id: &str, custom_id: &str, outcome: &LineOutcome) -> String {
        match kind {
            BatchKind::OpenAi => openai::batches::batch_line_json(line_id, custom_id, outcome),
            BatchKind::Anthropic => anthropic::batches::batch_line_json(custom_id, outcome),
        }
    }
}

/// A request on the lane that ends when it is not waited for any more.
struct AbortOnDrop(tokio::task::JoinHandle<LineAnswer>);

impl AbortOnDrop {
    async fn joined(mut self) -> LineAnswer {
        (&mut self.0).await.unwrap_or_else(|error| LineAnswer::failed(&format!("it could not be answered: {error}")))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answer(router: Router, call: LineCall) -> LineAnswer {
    let LineCall { name: _, owner, client, path, headers, body, stays: _, held, announced } = call;
    let (content_type, body) = match path.as_str() {
        TRANSCRIPTIONS => (format!("multipart/form-data; boundary={BOUNDARY}"), form(&body)),
        _ => ("application/json".to_owned(), body),
    };
    let mut request = Request::post(path).header(CONTENT_TYPE, content_type);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            request = request.header(name, value);
        }
    }
    let request = match request.body(read_once(body, held)) {
        Ok(request) => request,
        Err(error) => return LineAnswer::failed(&error.to_string()),
    };
    let behalf = OnBehalf { owner, client, announced };
    let answered = async {
        let Ok(response) = router.oneshot(request).await;
        let (head, body) = response.into_parts();
        (head, axum::body::to_bytes(body, usize::MAX).await)
    };
    let (head, body) = behalf.scope(answered).await;
    let text = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let request_id = text(&X_REQUEST_ID).unwrap_or_default().to_owned();
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            return LineAnswer { request_id, ..LineAnswer::failed(&format!("the answer broke off: {error}")) };
        }
    };
    let retry_after = retry_after(&head.headers);
    LineAnswer { status: head.status.as_u16(), request_id, retry_after, body }
}

/// A body whose permit is given back as it is read: what reads it counts it as any other request's from then on.
fn read_once(body: String, held: Option<Hold>) -> Body {
    Body::from_stream(stream::once(async move {
        drop(held);
        Ok::<_, Infallible>(Bytes::from(body))
    }))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A JSON object as a form, for what is asked for in one. A recording is named by the id of its file.
fn form(body: &str) -> String {
    let fields: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
    let mut form = String::new();
    let mut add = |name: &str, value: &str| {
        let name = if name == "file" { "file_id" } else { name };
        // A name of a field has none of these.
        let name: String = name.chars().filter(|letter| !matches!(letter, '"' | '\r' | '\n')).collect();
        form.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    };
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in &fields {
        match value {
            Value::Null => {}
            Value::Array(several) => several.iter().for_each(|value| add(&format!("{name}[]"), &said(value))),
            value => add(name, &said(value)),
        }
    }
    form + &format!("--{BOUNDARY}--\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_becomes_a_form() {
        let form = form(
            r#"{"file":"file-1","model":"m","temperature":0.5,"prompt":null,"timestamp_granularities":["word","segment"]}"#,
        );
        let field = |name: &str, value: &str| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let fields = [
            ("file_id", "file-1"),
            ("model", "m"),
            ("temperature", "0.5"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
        ];
        let expected: String = fields.map(|(name, value)| field(name, value)).concat();
        assert_eq!(form, expected + &format!("--{BOUNDARY}--\r\n"));
    }
}

//! The request log at the door, and what a collector is told: what a request came to is handed over when its answer has
//! ended.
//!
//! Only work is logged: posts to the routes of tasks. The account that is made for a request is caught on its way
//! ([`note`]), in the task that handles it; the row is made of it when the last byte was written, or the client has left.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::error::CLIENT_CLOSED_REQUEST;
use super::guard::on_behalf;
use super::request_id::RequestId;
use super::state::AppState;
use crate::config::Secret;
use crate::gateway::{Account, BodyLog, Client, Ended, Excerpt, Noted, RequestLog};
use crate::telemetry::Otlp;

tokio::task_local! {
    static CAUGHT: Arc<OnceLock<Account>>;
}

/// The account of the request at hand, kept for its row. Where nothing is logged, it stays as it is.
pub(super) fn note(account: Account) -> Account {
    let noted = |caught: &Arc<OnceLock<Account>>| {
        let account = account.clone().noting(Arc::new(Noted::default()));
        caught.get_or_init(|| account).clone()
    };
    CAUGHT.try_with(noted).unwrap_or(account)
}

/// What is told of requests that have ended.
#[derive(Debug, Clone)]
pub(super) struct Witnesses {
    log: Option<Arc<RequestLog>>,
    otlp: Option<Arc<Otlp>>,
    /// What keeps bodies, and what knows the keys that are in none of them.
    bodies: Option<(Arc<BodyLog>, AppState)>,
}

impl Witnesses {
    /// Those of a server; `None`: nothing is told.
    pub(super) fn of(state: &AppState) -> Option<Self> {
        let bodies = state.body_log.clone().map(|bodies| (bodies, state.clone()));
        let witnesses = Self { log: state.request_log.clone(), otlp: state.otlp.clone(), bodies };
        (witnesses.log.is_some() || witnesses.otlp.is_some()).then_some(witnesses)
    }

    /// Tells of work that has ended.
    pub(super) fn tell(&self, ended: Ended, account: Option<&Account>, parent: Option<String>) {
        if let Some(otlp) = &self.otlp {
            otlp.tell(&ended.told(account, parent));
        }
        if let Some(log) = &self.log {
            log.log(ended, account);
        }
    }

    /// What takes up bodies of a media type, where they are kept.
    fn excerpt(&self, headers: &HeaderMap) -> Option<Excerpt> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok());
        self.bodies.as_ref().map(|(bodies, _)| bodies.excerpt(media_type.unwrap_or_default()))
    }

    fn keep(&self, id: &str, request: Option<Arc<Mutex<Option<Excerpt>>>>, response: Option<Excerpt>) {
        let Some(((bodies, state), request)) = self.bodies.as_ref().zip(request) else { return };
        let request = request.lock().unwrap_or_else(PoisonError::into_inner).take();
        let empty = || bodies.excerpt("");
        let providers = state.gateway.router.providers().enabled.iter();
        let secrets = providers.flat_map(|setup| setup.keys.iter().map(|key| key.secret.clone()));
        let secrets: Vec<Secret> = secrets.chain(state.config.server.api_keys.iter().cloned()).collect();
        bodies.keep(id, request.unwrap_or_else(empty), response.unwrap_or_else(empty), &secrets);
    }
}

/// Whether a request is work for models. What is said to administrators, to accounts of Google's and about reminders holds
/// passwords, states, confirmations and tokens, of which no log may have any.
fn is_work(method: &Method, path: &str) -> bool {
    const NONE: [&str; 3] = ["/api/admin/", "/v1/google/", "/v1/reminders"];
    *method == Method::POST && !NONE.iter().any(|below| path.starts_with(below))
}

/// Logs a request, if it is work.
pub(super) async fn accompany(State(witnesses): State<Witnesses>, request: Request, next: Next) -> Response {
    // What is only written down for a batch is logged when it is answered.
    let is_put_off = on_behalf().is_some_and(|it| it.announced.deferred().is_some_and(|call| !call.is_answered()));
    if !is_work(request.method(), request.uri().path()) || is_put_off {
        return next.run(request).await;
    }
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let caught = Arc::new(OnceLock::new());
    let parent = request.headers().get("traceparent").filter(|_| witnesses.otlp.is_some());
    let mut entry = Entry {
        parent: parent.and_then(|parent| parent.to_str().ok()).map(str::to_owned),
        witnesses,
        id,
        route: route.unwrap_or_else(|| "unmatched".to_owned()),
        began: Instant::now(),
        first: None,
        status: CLIENT_CLOSED_REQUEST,
        client: String::new(),
        request: None,
        response: None,
        caught: caught.clone(),
        has_ended: false,
    };
    let taken_up = entry.witnesses.excerpt(request.headers()).map(|excerpt| Arc::new(Mutex::new(Some(excerpt))));
    entry.request.clone_from(&taken_up);
    let request = match taken_up {
        Some(excerpt) => request.map(|body| Body::new(Heard { body, excerpt })),
        None => request,
    };
    let response = CAUGHT.scope(caught, next.run(request)).await;
    entry.response = entry.witnesses.excerpt(response.headers());
    entry.status = response.status().as_u16();
    // One without a body is not asked for any, and a refusal is written anew for its protocol outside of this.
    entry.has_ended = response.body().is_end_stream() || !response.status().is_success();
    if let Some(client) = response.extensions().get::<Arc<Client>>() {
        entry.client.clone_from(&client.id);
    }
    response.map(|body| {
        let left = body.size_hint().exact();
        Body::new(Logged { body, left, entry })
    })
}

/// A request that is logged when this is dropped.
struct Entry {
    witnesses: Witnesses,
    /// The span that the client says it belongs to.
    parent: Option<String>,
    id: String,
    route: String,
    began: Instant,
    first: Option<Duration>,
    status: u16,
    client: String,
    /// What is taken up of the request and of its answer.
    request: Option<Arc<Mutex<Option<Excerpt>>>>,
    response: Option<Excerpt>,
    caught: Arc<OnceLock<Account>>,
    /// Whether the whole answer was handed out.
    has_ended: bool,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.witnesses.keep(&self.id, self.request.take(), self.response.take());
        let ended = Ended {
            id: std::mem::take(&mut self.id),
            endpoint: std::mem::take(&mut self.route),
            client: std::mem::take(&mut self.client),
            status: if self.has_ended { self.status } else { CLIENT_CLOSED_REQUEST },
            first: self.first,
            total: self.began.elapsed(),
        };
        self.witnesses.tell(ended, self.caught.get(), self.parent.take());
    }
}

/// A body whose request is logged when it has ended. It is dropped before its entry: what it was made with is settled then.
struct Logged {
    body: Body,
    /// How many bytes are still to come, where that is known: such a body is not asked beyond them.
    left: Option<u64>,
    entry: Entry,
}

impl HttpBody for Logged {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let entry = &mut self.entry;
        match &frame {
            Some(_) if entry.first.is_none() => entry.first = Some(entry.began.elapsed()),
            Some(_) | None => {}
        }
        if let (Some(excerpt), Some(Ok(frame))) = (&mut self.entry.response, &frame) {
            frame.data_ref().inspect(|data| excerpt.pass(data));
        }
        if let (Some(left), Some(Ok(frame))) = (&mut self.left, &frame) {
            *left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len() as u64));
        }
        self.entry.has_ended |= frame.is_none() || self.left == Some(0) || self.body.is_end_stream();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request, of which something is taken up while it is read.
struct Heard {
    body: Body,
    excerpt: Arc<Mutex<Option<Excerpt>>>,
}

impl HttpBody for Heard {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            let mut excerpt = self.excerpt.lock().unwrap_or_else(PoisonError::into_inner);
            excerpt.iter_mut().for_each(|excerpt| excerpt.pass(data));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_secrets_is_not_taken_up() {
        for path in
            ["/api/admin/login", "/v1/google/connect", "/v1/google/gmail/send", "/v1/reminders/feed", "/v1/reminders"]
        {
            assert!(!is_work(&Method::POST, path), "{path}");
        }
        assert!(is_work(&Method::POST, "/v1/chat/completions"));
        assert!(!is_work(&Method::GET, "/v1/models"));
    }
}

//! The request log at the door: what a request came to is handed over when its answer has ended.
//!
//! Only work is logged: posts to the routes of tasks. The account that is made for a request is caught on its way
//! ([`note`]), in the task that handles it; the row is made of it when the last byte was written, or the client has left.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::error::CLIENT_CLOSED_REQUEST;
use super::request_id::RequestId;
use crate::gateway::{Account, Client, Ended, Noted, RequestLog};

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

/// Logs a request, if it is work.
pub(super) async fn accompany(State(log): State<Arc<RequestLog>>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || request.uri().path().starts_with("/api/admin/") {
        return next.run(request).await;
    }
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let caught = Arc::new(OnceLock::new());
    let mut entry = Entry {
        log,
        id,
        route: route.unwrap_or_else(|| "unmatched".to_owned()),
        began: Instant::now(),
        first: None,
        status: CLIENT_CLOSED_REQUEST,
        client: String::new(),
        caught: caught.clone(),
        has_ended: false,
    };
    let response = CAUGHT.scope(caught, next.run(request)).await;
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
    log: Arc<RequestLog>,
    id: String,
    route: String,
    began: Instant,
    first: Option<Duration>,
    status: u16,
    client: String,
    caught: Arc<OnceLock<Account>>,
    /// Whether the whole answer was handed out.
    has_ended: bool,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let ended = Ended {
            id: std::mem::take(&mut self.id),
            endpoint: std::mem::take(&mut self.route),
            client: std::mem::take(&mut self.client),
            status: if self.has_ended { self.status } else { CLIENT_CLOSED_REQUEST },
            first: self.first,
            total: self.began.elapsed(),
        };
        self.log.log(ended.row(self.caught.get()));
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

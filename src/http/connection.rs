//! One connection: requests in, answers out, and an end that neither side has to guess at.
//!
//! A client that never finishes its header is told so and let go; one that leaves takes its request's future with it,
//! which is how work is cancelled. Slow bodies are the handlers' affair. `serve` starts one of these per connection.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::admin::Peer;
use super::current::Current;
use super::error::ApiError;
use super::request_id::RequestId;
use super::takeover::{TakeOver, Upgraded};
use super::watched::Watched;

/// How long a client may be silent, and how long it may go on sending, after its last answer.
const LINGER_SILENCE: Duration = Duration::from_secs(2);
const LINGER: Duration = Duration::from_secs(30);

/// So much of a request is read at once, and so long may its header be. More is not faster, and each size that buffers
/// grow through takes memory of its own.
const MOST_BUFFERED_BYTES: usize = 128 * 1024;

/// How connections are told to end.
#[derive(Debug, Clone)]
pub(super) struct Stops {
    /// Answer what is running, then close.
    pub(super) finish: CancellationToken,
    /// Close at once.
    pub(super) abandon: CancellationToken,
}

/// What every connection is served with.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pub(super) app: Current,
    /// How long a header may take to arrive, an answer may go unread, and an idle connection is kept.
    pub(super) patience: Duration,
}

impl Connections {
    /// Serves one connection to its end.
    pub(super) async fn serve(self, stream: TcpStream, stops: Stops) {
        // Answers are written whole; waiting to fill a packet would only delay them. Failing, they are merely slower.
        drop(stream.set_nodelay(true));
        let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
        let used = Arc::new(AtomicBool::new(false));
        let taken: Arc<Mutex<Option<TakeOver>>> = Arc::default();
        let service = service_fn({
            let (used, app, taken) = (used.clone(), self.app, taken.clone());
            move |mut request: Request<Incoming>| {
                if let Some(peer) = peer.filter(|_| request.uri().path().starts_with("/api/admin/")) {
                    request.extensions_mut().insert(peer);
                }
                used.store(true, Ordering::Relaxed);
                // Each request is served by what is current when it comes, also on a connection that was there before.
                let (answer, taken) = (TowerToHyperService::new(app.now()).call(request), taken.clone());
                Box::pin(async move {
                    let mut answer = answer.await?;
                    let over = answer.extensions_mut().remove::<TakeOver>();
                    *taken.lock().unwrap_or_else(PoisonError::into_inner) = over;
                    Ok::<_, Infallible>(answer)
                })
            }
        });
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            .max_buf_size(MOST_BUFFERED_BYTES)
            .serve_connection(TokioIo::new(Watched::new(stream, self.patience)), service);
        let mut finishing = false;
        let ended = loop {
            tokio::select! {
                ended = &mut connection => break ended,
                () = stops.abandon.cancelled() => return,
                () = stops.finish.cancelled(), if !finishing => {
                    // Browsers open connections in advance; no answer is awaited on one that was never used.
                    if !used.load(Ordering::Relaxed) {
                        return;
                    }
                    finishing = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let parts = connection.into_parts();
        let over = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(over) = over.filter(|_| ended.is_ok()) {
            let upgraded = Upgraded { stream: parts.io.into_inner(), read: parts.read_buf, stop: stops.finish };
            tokio::select! {
                () = over.run(upgraded) => {}
                () = stops.abandon.cancelled() => {}
            }
            return;
        }
        let mut stream = parts.io.into_inner().into_inner();
        let stood_still = ended.as_ref().is_err_and(hyper::Error::is_timeout);
        if stood_still && !parts.read_buf.is_empty() {
            refuse_unfinished_header(&mut stream).await;
        } else if let Err(error) = ended {
            tracing::debug!(error.detail = %error, "a connection ended badly");
        }
        tokio::select! {
            () = linger(stream) => {}
            () = stops.finish.cancelled() => {}
        }
    }
}

/// Answers 408 where there is no request yet that the router could answer.
async fn refuse_unfinished_header(stream: &mut TcpStream) {
    let id = RequestId::of(&HeaderMap::new());
    let status = StatusCode::REQUEST_TIMEOUT;
    let error = ApiError::request_timeout("The request's header did not arrive in time; send it again, whole.");
    let body = json!({ "error": error.body() }).to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-request-id: {id}\r\n\
         connection: close\r\n\r\n{body}",
        body.len(),
    );
    tracing::info!(request.id = %id, http.status = status.as_u16(), "a client stood still in its header");
    // The client may be long gone; then it cannot be told.
    drop(timeout(LINGER_SILENCE, stream.write_all(answer.as_bytes())).await);
}

/// Closes our side, then reads on for a while. Closing with unread bytes would reset the connection, and a client still
/// sending its file would see that reset instead of the answer that refused the file.
async fn linger(mut stream: TcpStream) {
    let mut rest = vec![0; 16 * 1024];
    let drain = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        while let Ok(Ok(1..)) = timeout(LINGER_SILENCE, stream.read(&mut rest)).await {}
    };
    // However long it goes on sending, its time is over then.
    drop(timeout(LINGER, drain).await);
}

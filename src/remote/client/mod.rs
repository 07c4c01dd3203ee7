//! The HTTP client, made in one place for everything that is sent from here: HTTP/1.1 by hyper, and nothing around it.
//!
//! No cookies, no decompression, no redirects, no proxies from the environment: each of these would act behind the back
//! of whoever checks a request. Nor is a connection a task of its own, as in the usual pooled clients: those hand an
//! answer over a piece at a time, which costs a stream two changes of task for each word. Here whoever waits for an
//! answer drives its connection. Providers' calls and the fetcher send with it.

mod answer;
mod connect;
mod error;
mod line;
mod pool;

pub(crate) use answer::Answer;
pub(crate) use connect::{Addresses, Lookup};
pub(crate) use error::{SendError, causes};

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use http::uri::{Parts, Scheme};
use http::{Request, Uri};
use http_body_util::Full;

use connect::{Connector, ThisMachine};
use line::Line;
use pool::{Place, Pool};

/// How requests name us.
const OURSELVES: HeaderValue = HeaderValue::from_static(concat!("mediary/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
/// Idle connections that are kept for one provider: as many as its calls usually run at once.
const MOST_IDLE: usize = 64;

/// The HTTP client for calls to providers: one per process, cheap to clone.
#[derive(Debug, Clone)]
pub struct ProviderClient(pub(crate) Client);

/// The client for calls to providers. `connect` is the most time until a connection stands.
///
/// It connects wherever a base URL says, private and loopback addresses included: operators write those, not strangers.
#[must_use]
pub fn provider_client(connect: Duration) -> ProviderClient {
    ProviderClient(Client::new(ThisMachine, connect, MOST_IDLE))
}

/// An HTTP client. Cheap to clone; the connections are shared.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    connector: Arc<Connector>,
    pool: Arc<Pool>,
}

impl Client {
    /// A client that looks names up with `lookup` only, takes at most `connect` until a connection stands, and keeps so
    /// many idle ones to one host.
    pub(crate) fn new(lookup: impl Lookup, connect: Duration, most_idle: usize) -> Self {
        Self { connector: Arc::new(Connector::new(lookup, connect)), pool: Arc::new(Pool::new(most_idle)) }
    }

    /// Sends a request to the whole address it has. Dropping the future, or the answer before its end, closes the
    /// connection.
    ///
    /// # Errors
    /// When no connection stands, or it breaks before the head of an answer.
    pub(crate) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, SendError> {
        let address = std::mem::take(request.uri_mut());
        let place = Place::of(&address).ok_or(SendError::NoAddress)?;
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert(place.host_header().ok_or(SendError::NoAddress)?);
        headers.entry(USER_AGENT).or_insert(OURSELVES);
        headers.entry(ACCEPT).or_insert(ANYTHING);
        *request.uri_mut() = origin_form(&address);
        loop {
            let kept = self.pool.take(&place);
            let is_kept = kept.is_some();
            let mut line = match kept {
                Some(line) => line,
                // What is rarely done is kept out of the future that every call is.
                None => Box::new(Box::pin(self.open(&address)).await?),
            };
            match line.send(request).await {
                Ok(response) => return Ok(Answer::new(response, line, place, self.pool.clone())),
                Err(mut refused) => match refused.take_message() {
                    // A kept connection may end at any time; what it has not taken is sent on the next.
                    Some(back) if is_kept => request = back,
                    _ => return Err(SendError::Lost(refused.into_error())),
                },
            }
        }
    }

    async fn open(&self, address: &Uri) -> Result<Line, SendError> {
        let stream = self.connector.connect(address.clone()).await.map_err(SendError::Connect)?;
        Line::open(stream).await.map_err(|error| SendError::Connect(error.into()))
    }
}

/// An address as a request's first line has it: without scheme and host.
fn origin_form(address: &Uri) -> Uri {
    let mut parts = Parts::default();
    parts.path_and_query = address.path_and_query().cloned();
    Uri::from_parts(parts).unwrap_or_default()
}

fn is_https(scheme: &Scheme) -> bool {
    *scheme == Scheme::HTTPS
}

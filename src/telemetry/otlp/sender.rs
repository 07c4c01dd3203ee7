//! Sends what the library hands over, by our own client: it goes to the address of the configuration and nowhere else.
//!
//! The library waits on threads of its own, without a runtime; requests go over the server's.

use std::pin::Pin;
use std::time::Duration;

use mediary_remote::{AllowList, FetchPolicy, Fetcher};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::config::Telemetry;

/// How long a collector may take.
const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(10);
/// What a collector says is short.
const MOST_BYTES: u64 = 64 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Sender {
    fetcher: Fetcher,
    headers: Vec<(String, String)>,
    runtime: Handle,
    at_work: TaskTracker,
}

impl Sender {
    pub(super) fn new(telemetry: &Telemetry, runtime: Handle, at_work: TaskTracker) -> Self {
        // The operator names the address, which may be on this machine or in a network of its own.
        let allow = AllowList::parse(["0.0.0.0/0", "::/0"]).unwrap_or_default();
        let policy = FetchPolicy { allow, max_bytes: MOST_BYTES, total: CONNECT + IDLE, connect: CONNECT, idle: IDLE };
        let headers = telemetry.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
        Self { fetcher: Fetcher::new(policy), headers: headers.collect(), runtime, at_work }
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Sender {
    fn send_bytes<'own, 'sending>(&'own self, mut request: Request<Bytes>) -> Sending<'sending>
    where
        'own: 'sending,
        Self: 'sending,
    {
        for (name, value) in &self.headers {
            // Both were checked with the configuration.
            if let (Ok(name), Ok(value)) = (name.parse::<axum::http::HeaderName>(), value.parse()) {
                request.headers_mut().insert(name, value);
            }
        }
        let (told, answered) = oneshot::channel();
        let fetcher = self.fetcher.clone();
        let sending = async move {
            // The library may have given up.
            let _late = told.send(fetcher.deliver(request).await);
        };
        self.at_work.spawn_on(sending, &self.runtime);
        Box::pin(async move {
            let answer = answered.await.map_err(|_| HttpError::from("the server ends"))?;
            answer.map_err(|failure| HttpError::from(failure.to_string()))
        })
    }
}

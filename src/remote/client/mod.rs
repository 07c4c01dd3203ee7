//! The connections of relayed calls: HTTP/1.1 by hyper, and nothing around it.
//!
//! No cookies, no decompression, no redirects. Nor is a connection a task of its own, as in the usual pooled clients:
//! those hand an answer over a piece at a time, which costs a stream two changes of task for each word. Here the task
//! that waits for an answer drives its connection. Everything else that is sent from here is an errand, and goes through
//! the errand client, which a [`Client`] carries so that both take the same way to a provider.

mod answer;
mod connect;
mod error;
mod form;
mod line;
mod pool;
mod route;
#[cfg(test)]
mod tests;

pub(crate) use answer::Answer;
pub(crate) use connect::Stream;
pub(crate) use error::SendError;

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::{Request, Uri};
use rustls::ClientConfig;

use crate::Payload;
use crate::errands::{ErrandClient, OURSELVES};
use crate::proxy::{Proxy, ProxyTrouble};
use crate::trust::trust;
use connect::Connector;
use form::{absolute_form, origin_form};
use line::Line;
use pool::{Origin, Pool};

const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
/// Idle connections that are kept for one provider: as many as its calls usually run at once.
const MOST_IDLE: usize = 64;
/// What a proxy answers that wants a name and a password (RFC 9110, section 15.5.8).
const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;

/// The client for calls to providers: one per process, cheap to clone.
#[derive(Debug, Clone)]
pub struct ProviderClient(pub(crate) Client);

/// The client for calls to providers. `connect` is the most time until a connection stands.
///
/// It connects wherever a base URL says, private and loopback addresses included: operators write those, not strangers.
/// Proxies are for [`ProviderClient::through`].
#[must_use]
pub fn provider_client(connect: Duration) -> ProviderClient {
    ProviderClient(Client::new(None, connect, trust()))
}

impl ProviderClient {
    /// The client for the calls to one provider: this one, or one whose connections all go through `proxy`.
    #[must_use]
    pub fn through(&self, proxy: Option<&Proxy>) -> Self {
        match proxy {
            None => self.clone(),
            some => Self(Client::new(some, self.0.connector.within(), trust())),
        }
    }
}

/// The connections to providers, and the client for errands to them. Cheap to clone; the connections are shared.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    connector: Arc<Connector>,
    pool: Arc<Pool>,
    errands: ErrandClient,
}

impl Client {
    /// A client through this proxy or none, which takes at most `connect` until a connection stands.
    fn new(proxy: Option<&Proxy>, connect: Duration, trust: ClientConfig) -> Self {
        Self {
            connector: Arc::new(Connector::new(proxy, connect, trust.clone())),
            pool: Arc::new(Pool::new(MOST_IDLE)),
            errands: ErrandClient::to_providers(proxy, connect, trust),
        }
    }

    /// What sends everything that is not relayed.
    pub(crate) fn errands(&self) -> &ErrandClient {
        &self.errands
    }

    /// Sends a request to the whole address it has. Dropping the future, or the answer before its end, closes the
    /// connection.
    ///
    /// # Errors
    /// When no connection stands, or it breaks before the head of an answer.
    pub(crate) async fn send(&self, mut request: Request<Payload>) -> Result<Answer, SendError> {
        let address = std::mem::take(request.uri_mut());
        let origin = Origin::of(&address).ok_or(SendError::NoAddress)?;
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert(origin.host_header().ok_or(SendError::NoAddress)?);
        headers.entry(USER_AGENT).or_insert(OURSELVES);
        headers.entry(ACCEPT).or_insert(ANYTHING);
        let forwarded = self.connector.forwards(origin.scheme());
        match forwarded {
            None => *request.uri_mut() = origin_form(&address),
            Some(authorization) => {
                request.headers_mut().extend(authorization.map(|value| (PROXY_AUTHORIZATION, value.clone())));
                *request.uri_mut() = absolute_form(&address);
            }
        }
        loop {
            let kept = self.pool.take(&origin);
            let is_kept = kept.is_some();
            let mut line = match kept {
                Some(line) => line,
                // What is rarely done is kept out of the future that every call is.
                None => Box::new(Box::pin(self.open(&address)).await?),
            };
            match line.send(request).await {
                Ok(response) if forwarded.is_some() && response.status() == PROXY_AUTHENTICATION_REQUIRED => {
                    return Err(SendError::Connect(ProxyTrouble::Unauthorised.into()));
                }
                Ok(response) => {
                    // A host that breaks down takes its connections along, or leads them to a server that is ill: the
                    // next call is to have a fresh one.
                    let is_ill = response.status().is_server_error();
                    if is_ill {
                        self.pool.forget(&origin);
                    }
                    return Ok(Answer::new(response, line, origin, self.pool.clone(), !is_ill));
                }
                Err(mut refused) => match refused.take_message() {
                    // A kept connection may end at any time; what it has not taken is sent on the next.
                    Some(back) if is_kept => request = back,
                    _ => {
                        self.pool.forget(&origin);
                        return Err(SendError::Lost(refused.into_error()));
                    }
                },
            }
        }
    }

    async fn open(&self, address: &Uri) -> Result<Line, SendError> {
        let stream = self.connector.connect(address.clone()).await.map_err(SendError::Connect)?;
        Line::open(stream).await.map_err(|error| SendError::Connect(error.into()))
    }
}

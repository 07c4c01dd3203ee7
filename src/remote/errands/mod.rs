//! Errands: every outgoing request that is not a relayed provider call, by reqwest.
//!
//! Files named by address, lists of models, uploads of media; later tokens, search and webhooks. Nothing acts behind the
//! back of the code that checks a request: no cookies, no decompression, no redirects, no referrer, no proxy but the one
//! that is handed in. How long an errand may take once a connection stands, and how much of its answer is read, is up to
//! the room that sends it. `fetch` and `client` make the clients; `fetch` puts its guard in front as the resolver.

use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Request, Response};
use rustls::ClientConfig;

use crate::proxy::Proxy;

/// How requests name us.
pub(crate) const OURSELVES: HeaderValue = HeaderValue::from_static(concat!("mediary/", env!("CARGO_PKG_VERSION")));

/// Errands to providers come one at a time, and hours apart.
const MOST_IDLE_TO_PROVIDERS: usize = 2;
/// How long such a connection waits for the next errand: an upload has many in a row.
const IDLE: Duration = Duration::from_secs(30);

/// What errands are sent with.
pub(crate) struct ErrandSettings<'a> {
    /// The most time until a connection stands, its name looked up and its certificate checked.
    pub(crate) connect: Duration,
    /// How many connections to one host are kept for the next errand.
    pub(crate) most_idle: usize,
    /// What all connections go through.
    pub(crate) proxy: Option<&'a Proxy>,
    /// Whose certificates are believed.
    pub(crate) trust: ClientConfig,
    /// What looks names up; `None`: this machine. With a proxy, names are looked up there, so that no guard sees them.
    pub(crate) resolver: Option<Arc<dyn Resolve>>,
}

/// A client for errands. Cheap to clone; the connections are shared.
#[derive(Debug, Clone)]
pub(crate) struct ErrandClient(reqwest::Client);

impl ErrandClient {
    pub(crate) fn new(settings: ErrandSettings<'_>) -> Self {
        let ErrandSettings { connect, most_idle, proxy, trust, resolver } = settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(trust)
            .user_agent(OURSELVES)
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(most_idle)
            // Without this the environment would be read.
            .no_proxy();
        if let Some(resolver) = resolver {
            builder = builder.dns_resolver(resolver);
        }
        if let Some(proxy) = proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.address()).expect("an address that was checked before"));
        }
        Self(builder.build().expect("a client whose every part is given"))
    }

    /// A client for errands to providers, through this proxy or none.
    pub(crate) fn to_providers(proxy: Option<&Proxy>, connect: Duration, trust: ClientConfig) -> Self {
        Self::new(ErrandSettings { connect, most_idle: MOST_IDLE_TO_PROVIDERS, proxy, trust, resolver: None })
    }

    /// Sends a request; gives the head of the answer, whatever its status. Dropping the future, or the answer before its
    /// end, closes the connection.
    ///
    /// # Errors
    /// When no connection stands, or it breaks before the head of an answer. The error does not hold the address.
    pub(crate) async fn send(&self, mut request: Request) -> reqwest::Result<Response> {
        // Credentials in an address are sent as a header, if at all, and by the room that makes the request.
        let url = request.url_mut();
        if !url.username().is_empty() || url.password().is_some() {
            // Only addresses without a host refuse, and those are not sent.
            let _refused = url.set_username("").and_then(|()| url.set_password(None));
        }
        self.0.execute(request).await.map_err(reqwest::Error::without_url)
    }
}

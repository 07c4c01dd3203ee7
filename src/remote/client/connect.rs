//! From an address to a connection: looked up, connected, its certificate checked, all within one time.

use std::future::poll_fn;
use std::time::Duration;

use http::Uri;
use http::header::HeaderValue;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use super::error::{BoxError, NotInTime, SendError};
use super::route::{self, Route};
use crate::proxy::Proxy;

/// A connection, encrypted or not, through a proxy or not.
pub(crate) type Stream = MaybeHttpsStream<route::Stream>;

/// Makes connections.
pub(super) struct Connector {
    https: HttpsConnector<Route>,
    route: Route,
    within: Duration,
}

impl Connector {
    /// A connector through this proxy, or straight to hosts.
    pub(super) fn new(proxy: Option<&Proxy>, within: Duration, trust: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        // A token that waits for the acknowledgement of the one before arrives in steps of 40 ms.
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let route = Route::new(tcp, proxy, trust.clone());
        let https = HttpsConnectorBuilder::new().with_tls_config(trust).https_or_http().enable_http1();
        Self { https: https.wrap_connector(route.clone()), route, within }
    }

    pub(super) async fn connect(&self, address: Uri) -> Result<Stream, BoxError> {
        let mut https = self.https.clone();
        let connecting = async {
            poll_fn(|context| https.poll_ready(context)).await?;
            https.call(address).await
        };
        timeout(self.within, connecting).await.map_err(|_| NotInTime)?
    }

    /// Whether requests of this scheme are handed to a proxy whole; if so, with what it wants to see first.
    pub(super) fn forwards(&self, scheme: &Scheme) -> Option<Option<&HeaderValue>> {
        self.route.forwards(scheme)
    }

    /// The most time until a connection stands.
    pub(super) fn within(&self) -> Duration {
        self.within
    }
}

impl super::Client {
    /// A connection of its own, for what is no HTTP once it has begun. Proxies that are handed requests whole have none.
    ///
    /// # Errors
    /// When no connection stands.
    pub(crate) async fn connection(&self, address: Uri) -> Result<Stream, SendError> {
        if address.scheme().is_some_and(|scheme| self.connector.forwards(scheme).is_some()) {
            return Err(SendError::Connect("the proxy takes nothing but whole requests".into()));
        }
        self.connector.connect(address).await.map_err(SendError::Connect)
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connector").field("within", &self.within).finish_non_exhaustive()
    }
}

//! From an address to a connection: looked up, connected, its certificate checked, all within one time.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::error::{BoxError, NotInTime};

/// A connection, encrypted or not.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
/// The addresses of a host, some time from now. Their ports do not count.
pub(crate) type Addresses = Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, BoxError>> + Send>>;

/// Knows the addresses of hosts. It is not asked about hosts that are addresses already.
pub(crate) trait Lookup: Send + Sync + 'static {
    /// The addresses of `host`, the best ones first.
    fn look_up(&self, host: &str) -> Addresses;
}

/// Names as this machine looks them up.
pub(super) struct ThisMachine;

impl Lookup for ThisMachine {
    fn look_up(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    }
}

/// Makes connections.
#[derive(Debug)]
pub(super) struct Connector {
    https: HttpsConnector<HttpConnector<Names>>,
    within: Duration,
}

impl Connector {
    pub(super) fn new(lookup: impl Lookup, within: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Names(Arc::new(lookup)));
        // A token that waits for the acknowledgement of the one before arrives in steps of 40 ms.
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let https = HttpsConnectorBuilder::new().with_tls_config(trust()).https_or_http().enable_http1();
        Self { https: https.wrap_connector(tcp), within }
    }

    pub(super) async fn connect(&self, address: Uri) -> Result<Stream, BoxError> {
        let mut https = self.https.clone();
        let connecting = async {
            poll_fn(|context| https.poll_ready(context)).await?;
            https.call(address).await
        };
        timeout(self.within, connecting).await.map_err(|_| NotInTime)?
    }
}

/// A resolver as hyper asks it.
#[derive(Clone)]
struct Names(Arc<dyn Lookup>);

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.0.look_up(name.as_str());
        Box::pin(async move { Ok(found.await?.into_iter()) })
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Names")
    }
}

/// Certificates are judged as this machine's owner has it, private authorities included. A machine without any
/// authority, such as a bare container, gets Mozilla's.
fn trust() -> ClientConfig {
    let versions = || {
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows the default versions of TLS")
    };
    let config = versions().with_platform_verifier().unwrap_or_else(|_| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        versions().with_root_certificates(roots)
    });
    config.with_no_client_auth()
}

//! How a connection gets to its host: directly, or through the proxy that was chosen for the provider.
//!
//! Encrypted calls go through a tunnel, in which the proxy sees the host's name and nothing else. Plain ones are handed
//! to an HTTP proxy whole, since few proxies make tunnels to other ports than 443; a SOCKS proxy makes a tunnel for both.
//! TLS to the host itself is put on top by the connector.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use http::header::HeaderValue;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use super::error::BoxError;
use super::form::is_https;
use crate::proxy::{Proxy, ProxyTrouble, ToProxy};

/// A connection to a host or to its proxy; encrypted only on the way to a proxy that wants that.
pub(crate) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Where connections lead first.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one for each provider")]
pub(super) enum Route {
    /// To the host.
    Direct(HttpConnector),
    /// To an HTTP proxy.
    Http { proxy: Uri, authorization: Option<HeaderValue>, to_proxy: ToProxy, tunnel: Tunnel<ToProxy> },
    /// To a SOCKS proxy.
    Socks5(SocksV5<HttpConnector>),
    /// To a SOCKS proxy of the older kind.
    Socks4(SocksV4<HttpConnector>),
}

impl Route {
    pub(super) fn new(tcp: HttpConnector, proxy: Option<&Proxy>, trust: ClientConfig) -> Self {
        let Some(proxy) = proxy else { return Self::Direct(tcp) };
        let parts = proxy.parts();
        let uri = parts.uri().clone();
        match parts.uri().scheme_str() {
            Some("socks5h") => {
                let socks = SocksV5::new(uri, tcp);
                Self::Socks5(match parts.raw_auth() {
                    Some((name, word)) => socks.with_auth(name.to_owned(), word.to_owned()),
                    None => socks,
                })
            }
            Some("socks4a") => Self::Socks4(SocksV4::new(uri, tcp)),
            _ => {
                let https = HttpsConnectorBuilder::new().with_tls_config(trust).https_or_http().enable_http1();
                let to_proxy = https.wrap_connector(tcp);
                let authorization = parts.basic_auth().cloned();
                let tunnel = Tunnel::new(uri.clone(), to_proxy.clone());
                let tunnel = match &authorization {
                    Some(value) => tunnel.with_auth(value.clone()),
                    None => tunnel,
                };
                Self::Http { proxy: uri, authorization, to_proxy, tunnel }
            }
        }
    }

    /// Whether requests of this scheme are handed to a proxy whole; if so, with what it wants to see first.
    pub(super) fn forwards(&self, scheme: &Scheme) -> Option<Option<&HeaderValue>> {
        match self {
            Self::Http { authorization, .. } if !is_https(scheme) => Some(authorization.as_ref()),
            Self::Http { .. } | Self::Direct(_) | Self::Socks5(_) | Self::Socks4(_) => None,
        }
    }

    async fn connect(self, host: Uri) -> Result<Stream, BoxError> {
        match self {
            Self::Direct(mut tcp) => Ok(Stream::Http(tcp.call(host).await?)),
            Self::Http { mut tunnel, .. } if host.scheme().is_some_and(is_https) => {
                tunnel.call(host).await.map_err(|error| ProxyTrouble::tunnel(error).into())
            }
            Self::Http { proxy, mut to_proxy, .. } => {
                to_proxy.call(proxy).await.map_err(|error| ProxyTrouble::Unreachable(error).into())
            }
            Self::Socks5(mut socks) => {
                socks.call(with_port(host)).await.map(Stream::Http).map_err(|error| ProxyTrouble::socks(error).into())
            }
            Self::Socks4(mut socks) => {
                socks.call(with_port(host)).await.map(Stream::Http).map_err(|error| ProxyTrouble::socks(error).into())
            }
        }
    }
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // None of the connectors ever waits before it is called.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, host: Uri) -> Self::Future {
        Box::pin(self.clone().connect(host))
    }
}

/// The same address with its port. The SOCKS connectors take a plain one without it for an encrypted one.
fn with_port(address: Uri) -> Uri {
    let usual = if address.scheme().is_some_and(is_https) { 443 } else { 80 };
    let (None, Some(host)) = (address.port(), address.host()) else { return address };
    let mut parts = address.clone().into_parts();
    parts.authority = format!("{host}:{usual}").parse().ok();
    Uri::from_parts(parts).unwrap_or(address)
}

//! What goes wrong at a proxy, in words that tell what to do about it.

use std::error::Error as StdError;

use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use thiserror::Error;
use tower_service::Service;

/// What connects to a proxy, encrypted if it wants that.
pub(crate) type ToProxy = HttpsConnector<HttpConnector>;
/// What a tunnel fails with; the type has no public name.
pub(crate) type TunnelError = <Tunnel<ToProxy> as Service<Uri>>::Error;
/// Likewise, of both versions of SOCKS.
pub(crate) type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

/// What a proxy did instead of what it was asked for. None of the texts holds an address.
#[derive(Debug, Error)]
pub(crate) enum ProxyTrouble {
    /// No connection to it stands.
    #[error("the proxy cannot be connected to; check its address in `proxy` or HTTPS_PROXY")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// It wants a name and a password, or others.
    #[error("the proxy wants a name and a password, or others; write them in its address: http://name:password@host")]
    Unauthorised,
    /// It does not connect to this host.
    #[error("the proxy refuses to connect to it; have it allowed there, or name the host in NO_PROXY")]
    Refused,
    /// It closed the connection, or does not speak the protocol of its scheme.
    #[error("the proxy did not answer as one; check its address and whether it begins with http, https or socks5")]
    Garbled,
}

impl ProxyTrouble {
    pub(crate) fn tunnel(error: TunnelError) -> Self {
        match error {
            TunnelError::ConnectFailed(source) => Self::Unreachable(source),
            TunnelError::ProxyAuthRequired => Self::Unauthorised,
            TunnelError::TunnelUnsuccessful => Self::Refused,
            TunnelError::Io(_)
            | TunnelError::MissingHost
            | TunnelError::ProxyHeadersTooLong
            | TunnelError::TunnelUnexpectedEof => Self::Garbled,
        }
    }

    pub(crate) fn socks(error: SocksError) -> Self {
        match error {
            SocksError::Inner(source) => Self::Unreachable(source.into()),
            SocksError::V5(refused) if is_about_credentials(&refused) => Self::Unauthorised,
            SocksError::V5(_) | SocksError::V4(_) | SocksError::DnsFailure => Self::Refused,
            SocksError::Io(_)
            | SocksError::MissingHost
            | SocksError::MissingPort
            | SocksError::Parsing(_)
            | SocksError::Serialize(_) => Self::Garbled,
        }
    }

    /// The sentence for what a tunnel of another client failed with: the same tunnels are under the errand client.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Option<Self> {
        match error.downcast_ref::<TunnelError>()? {
            TunnelError::ProxyAuthRequired => Some(Self::Unauthorised),
            TunnelError::TunnelUnsuccessful => Some(Self::Refused),
            // What is below says more.
            TunnelError::ConnectFailed(_) | TunnelError::Io(_) => None,
            TunnelError::MissingHost | TunnelError::ProxyHeadersTooLong | TunnelError::TunnelUnexpectedEof => {
                Some(Self::Garbled)
            }
        }
    }
}

/// The types of these errors have no public names, so their words have to do.
fn is_about_credentials(refused: &impl std::fmt::Display) -> bool {
    let words = refused.to_string();
    words.contains("authentication") || words.contains("credentials")
}

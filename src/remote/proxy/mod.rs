//! Proxies: between us and a provider, where a network lets nothing out but through one.
//!
//! [`Proxy`] is one of them, [`ProxyRules`] say which addresses go through which. Nothing here reads the environment:
//! the configuration hands the values in, and chooses once for each provider. Connections through a proxy are made by
//! the client of relayed calls and by the errand client, both of which are told one [`Proxy`] or none.

mod rules;
#[cfg(test)]
mod tests;
mod trouble;

pub use rules::ProxyRules;
pub(crate) use trouble::{ProxyTrouble, ToProxy};

use std::fmt;
use std::str::FromStr;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use thiserror::Error;
use url::Url;

/// Where SOCKS proxies listen unless an address says otherwise (RFC 1928).
const SOCKS_PORT: u16 = 1080;

/// An HTTP or SOCKS proxy, with the name and password it wants. Neither is ever shown.
#[derive(Clone)]
pub struct Proxy {
    /// The whole address, credentials included.
    address: String,
    /// The same, taken apart.
    parts: Intercept,
}

/// A text that is no address of a proxy. It is not repeated, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "must be the address of a proxy, such as \"http://proxy.example:3128\" or \"http://name:password@proxy.example:3128\", \
     with http, https or socks5 before it and no path behind it; write other letters than A to Z and digits in a name or \
     password as %40 and the like"
)]
pub struct NotAProxy;

impl Proxy {
    /// The address as a client wants it, credentials included.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn parts(&self) -> &Intercept {
        &self.parts
    }
}

impl FromStr for Proxy {
    type Err = NotAProxy;

    /// Reads `scheme://name:password@host:port`; without a scheme, HTTP is meant, as everywhere.
    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        let text = text.trim();
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&whole).map_err(|_| NotAProxy)?;
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !is_bare || url.host_str().is_none_or(str::is_empty) {
            return Err(NotAProxy);
        }
        // The proxy looks names up, also where the older schemes leave that open: this machine may know none.
        let rest = whole.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')).unwrap_or_default();
        let address = match url.scheme() {
            "http" | "https" => format!("{}://{rest}", url.scheme()),
            "socks" | "socks5" | "socks5h" | "socks4" | "socks4a" => {
                if url.port().is_none() {
                    url.set_port(Some(SOCKS_PORT)).map_err(|()| NotAProxy)?;
                }
                let rest = url.as_str().split_once("://").map(|(_, rest)| rest.trim_end_matches('/'));
                // Desktops write a bare `socks` and mean its newest version.
                let scheme = if url.scheme().starts_with("socks4") { "socks4a" } else { "socks5h" };
                format!("{scheme}://{}", rest.ok_or(NotAProxy)?)
            }
            _ => return Err(NotAProxy),
        };
        let any = http::Uri::from_static("http://host.invalid/");
        let parts = Matcher::builder().all(address.as_str()).build().intercept(&any).ok_or(NotAProxy)?;
        Ok(Self { address, parts })
    }
}

impl fmt::Display for Proxy {
    /// Scheme, host and port.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.parts.uri().to_string();
        formatter.write_str(shown.trim_end_matches('/'))
    }
}

impl fmt::Debug for Proxy {
    /// As for people: no credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({self})")
    }
}

impl PartialEq for Proxy {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for Proxy {}

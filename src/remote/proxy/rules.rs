//! Which addresses go through a proxy: what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
//!
//! The values are handed in; only the configuration reads the environment. The rules of `NO_PROXY` are hyper-util's,
//! which follow curl's: names with all below them, addresses, networks, `*`.

use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::Proxy;

/// The proxies by scheme, and the hosts that are reached without one. The default: none.
#[derive(Debug, Clone, Default)]
pub struct ProxyRules {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// Intercepts whatever is not excepted; `None` when nothing is.
    exceptions: Option<Arc<Matcher>>,
}

impl ProxyRules {
    /// Rules of a proxy for `http` addresses, one for `https` addresses, and a list as `NO_PROXY` has it.
    #[must_use]
    pub fn new(http: Option<Proxy>, https: Option<Proxy>, no: &str) -> Self {
        let exceptions = Matcher::builder().all("http://proxy.invalid").no(no).build();
        Self { http, https, exceptions: Some(Arc::new(exceptions)) }
    }

    /// The proxy through which this address is reached. What is on this machine is reached without one.
    #[must_use]
    pub fn proxy_for(&self, address: &str) -> Option<&Proxy> {
        let address: Uri = address.parse().ok()?;
        let proxy = match address.scheme_str()? {
            "https" => self.https.as_ref()?,
            "http" => self.http.as_ref()?,
            _ => return None,
        };
        let is_excepted = self.exceptions.as_ref().is_some_and(|rules| rules.intercept(&address).is_none());
        (!is_loopback(address.host()?) && !is_excepted).then_some(proxy)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    let is_local = |ip: std::net::IpAddr| ip.to_canonical().is_loopback();
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(is_local)
}

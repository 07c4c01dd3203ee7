//! From names to addresses, and only to those that may be connected to.
//!
//! [`Guarded`] is the one resolver the errand client of the fetcher has, so no connection is made to an address that was
//! not judged. It is not asked about hosts that are addresses already; those `check` judges.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use mediary_core::Failure;
use reqwest::dns::{Addrs, Name, Resolve};

use super::address::special;
use super::allow::AllowList;
use super::refusal::Refusal;

/// Addresses, some time from now.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Knows the addresses of hosts.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of `host`, the best ones first.
    fn resolve(&self, host: &str) -> Resolving;
}

/// The resolver of this machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Resolving {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A resolver that keeps back the addresses that may not be connected to.
pub(super) struct Guarded {
    inner: Arc<dyn Resolver>,
    allow: AllowList,
}

impl Guarded {
    pub(super) fn new(inner: impl Resolver, allow: AllowList) -> Self {
        Self { inner: Arc::new(inner), allow }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> reqwest::dns::Resolving {
        let host = name.as_str().to_ascii_lowercase();
        let allow = self.allow.clone();
        let found = self.inner.resolve(&host);
        Box::pin(async move {
            let found = found.await.unwrap_or_default();
            let judged = permitted(&host, found, &allow)?;
            // Port 0 stands for the one of the address that is fetched.
            let addresses: Addrs = Box::new(judged.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// The addresses of a host, as this machine knows them.
pub(crate) async fn system_addresses(host: &str) -> Vec<IpAddr> {
    SystemResolver.resolve(host).await.unwrap_or_default()
}

/// Whether a host has addresses that may be connected to, as this machine knows them.
pub(super) async fn check_name(host: &str, allow: &AllowList) -> Result<(), Failure> {
    permitted(&host.to_ascii_lowercase(), system_addresses(host).await, allow).map(drop).map_err(Failure::from)
}

/// Those of a host's addresses that may be connected to; `None`: there are none.
pub(crate) fn judged(host: &str, found: Vec<IpAddr>, allow: &AllowList) -> Option<Vec<IpAddr>> {
    permitted(&host.to_ascii_lowercase(), found, allow).ok()
}

/// Those of a host's addresses that may be connected to, if there are any.
fn permitted(host: &str, found: Vec<IpAddr>, allow: &AllowList) -> Result<Vec<IpAddr>, Refusal> {
    if found.is_empty() {
        return Err(Refusal::NoSuchHost { host: host.to_owned() });
    }
    if allow.has_host(host) {
        return Ok(found);
    }
    let passed: Vec<IpAddr> = found.into_iter().filter(|ip| judge(*ip, allow).is_none()).collect();
    // What it resolves to is not told: a client could map the network around this machine by it.
    if passed.is_empty() { Err(Refusal::Name { host: host.to_owned() }) } else { Ok(passed) }
}

/// Why this address may not be connected to, if so.
pub(super) fn judge(ip: IpAddr, allow: &AllowList) -> Option<&'static str> {
    special(ip).filter(|_| !allow.has_address(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_permitted_addresses_of_a_name_are_connected_to() {
        let allow = AllowList::parse(["nas.example", "10.1.0.0/16"]).unwrap();
        type Row = (&'static str, &'static [&'static str], Result<&'static [&'static str], &'static str>);
        let rows: [Row; 8] = [
            ("a.example", &["1.1.1.1"], Ok(&["1.1.1.1"])),
            ("a.example", &["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1"], Ok(&["1.1.1.1", "2606:4700::1"])),
            ("a.example", &["10.1.2.3"], Ok(&["10.1.2.3"])),
            ("nas.example", &["192.168.1.7", "fe80::1"], Ok(&["192.168.1.7", "fe80::1"])),
            ("nas.example.", &["192.168.1.7"], Ok(&["192.168.1.7"])),
            ("a.example", &["10.0.0.1", "127.0.0.1"], Err("host `a.example` is not on the public Internet")),
            ("localhost", &["127.0.0.1"], Err("host `localhost` is not on the public Internet")),
            ("a.example", &[], Err("no host `a.example`")),
        ];
        for (host, found, expected) in rows {
            let parse = |ips: &[&str]| ips.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
            match (permitted(host, parse(found), &allow), expected) {
                (Ok(passed), Ok(expected)) => assert_eq!(passed, parse(expected), "{host} {found:?}"),
                (Err(refusal), Err(words)) => assert!(refusal.to_string().contains(words), "{refusal}"),
                (found, expected) => unreachable!("{host}: {found:?}, not {expected:?}"),
            }
        }
    }
}

//! A proxy on loopback in front of a browser: names are resolved here, and only addresses that may be gone to are connected to.
//!
//! It speaks as much of HTTP as proxies have to: tunnels, and plain requests one a connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Host, Url};

use crate::fetch::{FetchPolicy, judged, system_addresses};

/// No head of a request is longer.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// How long a head may take.
const HEAD: Duration = Duration::from_secs(15);
/// So many connections at once.
const MOST_CONNECTIONS: usize = 128;
const REFUSED: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThis address may not be gone to from here.\n";
const UNREACHED: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThis address cannot be reached.\n";
const TUNNEL: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

/// A running proxy. Dropping it ends all connections.
#[derive(Debug)]
pub(super) struct Guard {
    address: SocketAddr,
    _at_work: JoinSet<()>,
}

impl Guard {
    /// Listens on a port of the system's choosing.
    pub(super) async fn listen(policy: Arc<FetchPolicy>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let mut at_work = JoinSet::new();
        at_work.spawn(accept(listener, policy));
        Ok(Self { address, _at_work: at_work })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: TcpListener, policy: Arc<FetchPolicy>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let policy = policy.clone();
                connections.spawn(async move {
                    // A connection that breaks is the browser's affair.
                    let _ended = serve(stream, &policy).await;
                    drop(place);
                });
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn serve(mut browser: TcpStream, policy: &FetchPolicy) -> io::Result<()> {
    let (head, rest) = timeout(HEAD, head(&mut browser)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let Some(wanted) = Wanted::of(&head) else { return browser.write_all(REFUSED).await };
    let Some(addresses) = wanted.addresses(policy).await else { return browser.write_all(REFUSED).await };
    let Some(mut site) = connected(&addresses, policy.connect).await else {
        return browser.write_all(UNREACHED).await;
    };
    match &wanted.request {
        None => browser.write_all(TUNNEL).await?,
        Some(request) => site.write_all(request.as_bytes()).await?,
    }
    site.write_all(&rest).await?;
    let ((mut from_browser, mut to_browser), (from_site, mut to_site)) = (browser.split(), site.split());
    // A page that sends without end is cut off.
    let mut from_site = from_site.take(policy.max_bytes);
    let out = async {
        let copied = copy(&mut from_browser, &mut to_site).await;
        let _closed = to_site.shutdown().await;
        copied
    };
    let back = async {
        let copied = copy(&mut from_site, &mut to_browser).await;
        let _closed = to_browser.shutdown().await;
        copied
    };
    tokio::select! {
        // What has answered to its end is done with, whatever the browser has still to say.
        ended = back => ended.map(drop),
        ended = async { let sent = out.await; std::future::pending::<()>().await; sent } => ended.map(drop),
    }
}

/// The head of a request, and what came with it of what follows.
async fn head(browser: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = browser.read(&mut piece).await?;
        if count == 0 || bytes.len() > MOST_HEAD_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            let head = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
            return Ok((head, rest));
        }
    }
}

/// What a browser wants of the proxy.
#[derive(Debug)]
struct Wanted {
    host: Host<String>,
    port: u16,
    /// The request as the site gets it; `None`: a tunnel is wanted.
    request: Option<String>,
}

impl Wanted {
    fn of(head: &str) -> Option<Self> {
        let (first, rest) = head.split_once("\r\n")?;
        let mut words = first.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if method == "CONNECT" {
            let url = Url::parse(&format!("https://{target}/")).ok()?;
            let host = url.host()?.to_owned();
            return Some(Self { host, port: url.port_or_known_default()?, request: None });
        }
        let url = Url::parse(target).ok().filter(|url| url.scheme() == "http" && url.username().is_empty())?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        // The connection is for this request alone.
        let kept = rest.split("\r\n").filter(|line| {
            let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
            !matches!(name.as_str(), "proxy-connection" | "proxy-authorization" | "connection" | "keep-alive" | "")
        });
        let headers: String = kept.map(|line| format!("{line}\r\n")).collect();
        let request = format!("{method} {path} {version}\r\n{headers}Connection: close\r\n\r\n");
        Some(Self { host: url.host()?.to_owned(), port: url.port_or_known_default()?, request: Some(request) })
    }

    /// The addresses that may be connected to, if there are any.
    async fn addresses(&self, policy: &FetchPolicy) -> Option<Vec<SocketAddr>> {
        let (name, found): (String, Vec<IpAddr>) = match &self.host {
            Host::Domain(name) => (name.clone(), system_addresses(name).await),
            Host::Ipv4(ip) => (ip.to_string(), vec![(*ip).into()]),
            Host::Ipv6(ip) => (ip.to_string(), vec![(*ip).into()]),
        };
        let passed = judged(&name, found, &policy.allow)?;
        Some(passed.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect())
    }
}

async fn connected(addresses: &[SocketAddr], within: Duration) -> Option<TcpStream> {
    for address in addresses {
        if let Ok(Ok(stream)) = timeout(within, TcpStream::connect(address)).await {
            return Some(stream);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read_and_written_for_the_site() {
        let tunnel = Wanted::of("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n").unwrap();
        assert_eq!((tunnel.host.to_string().as_str(), tunnel.port, tunnel.request), ("a.example", 443, None));
        let plain = "GET http://a.example:81/b?c#d HTTP/1.1\r\nHost: a.example:81\r\nProxy-Connection: keep-alive\r\nA: b\r\n\r\n";
        let plain = Wanted::of(plain).unwrap();
        assert_eq!(plain.port, 81);
        assert_eq!(
            plain.request.as_deref(),
            Some("GET /b?c HTTP/1.1\r\nHost: a.example:81\r\nA: b\r\nConnection: close\r\n\r\n")
        );
        for odd in [
            "GET /local HTTP/1.1\r\n\r\n",
            "GET file:///etc/passwd HTTP/1.1\r\n\r\n",
            "\r\n\r\n",
            "CONNECT x HTTP/1.1\r\n\r\n",
        ] {
            let is_tunnel = odd.starts_with("CONNECT");
            assert_eq!(Wanted::of(odd).is_some(), is_tunnel, "{odd}");
        }
    }

    #[test]
    fn private_places_are_not_connected_to() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let site = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let port = site.local_addr().unwrap().port();
            let seconds = Duration::from_secs(5);
            let policy = |allow: &str| {
                let allow = allow.parse().unwrap_or_default();
                Arc::new(FetchPolicy { allow, max_bytes: 1_000, total: seconds, connect: seconds, idle: seconds })
            };
            for (allow, expected) in [("10.0.0.0/8", "HTTP/1.1 403"), ("127.0.0.0/8", "HTTP/1.1 200")] {
                let guard = Guard::listen(policy(allow)).await.unwrap();
                let mut browser = TcpStream::connect(guard.address()).await.unwrap();
                let ask = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n");
                browser.write_all(ask.as_bytes()).await.unwrap();
                let mut answer = [0; 12];
                browser.read_exact(&mut answer).await.unwrap();
                assert_eq!(std::str::from_utf8(&answer).unwrap(), expected, "{allow}");
            }
        });
    }
}

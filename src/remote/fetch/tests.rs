//! The fetcher against a site on loopback, under names that only an injected resolver knows.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};

use super::{AllowList, FetchPolicy, Fetched, Fetcher, Resolver, Resolving};

/// How the site answers one path.
enum Reply {
    /// These bytes, then the end.
    Bytes(String),
    /// These bytes, then more for as long as the client listens.
    Endless(&'static str),
    /// These bytes, then a few more now and then.
    Drip(&'static str),
    /// These bytes, then nothing.
    Stall(&'static str),
}

/// A web site that answers one connection after another.
struct Site {
    address: SocketAddr,
    /// The heads of all requests.
    seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    fn new(pages: Vec<(&'static str, Reply)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (heads, stopped) = (seen.clone(), stop.clone());
        let pages: HashMap<&str, Reply> = pages.into_iter().collect();
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let mut connection = connection.unwrap();
                let head = head(&mut connection);
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                heads.lock().unwrap().push(head);
                if let Some(reply) = pages.get(path.as_str()) {
                    answer(&mut connection, reply, address);
                }
            }
        });
        Self { address, seen, stop, thread: Some(thread) }
    }

    fn of(path: &'static str, reply: &str) -> Self {
        Self::new(vec![(path, Reply::Bytes(reply.to_owned()))])
    }

    fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || std::thread::panicking(), "the site panicked");
        }
    }
}

fn head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
        if !head[0].is_ascii_uppercase() {
            // The beginning of TLS, which is not spoken here.
            break;
        }
    }
    String::from_utf8(head).unwrap_or_default()
}

fn answer(connection: &mut TcpStream, reply: &Reply, address: SocketAddr) {
    let (Reply::Bytes(_) | Reply::Endless(_) | Reply::Drip(_) | Reply::Stall(_)) = reply;
    let first = match reply {
        Reply::Bytes(text) => text.replace("PORT", &address.port().to_string()),
        Reply::Endless(text) | Reply::Drip(text) | Reply::Stall(text) => (*text).to_owned(),
    };
    let _ = connection.write_all(first.as_bytes());
    match reply {
        Reply::Bytes(_) => {}
        Reply::Endless(_) => while connection.write_all(&[b'a'; 10_000]).is_ok() {},
        Reply::Drip(_) => {
            while connection.write_all(b"a").is_ok() {
                std::thread::park_timeout(Duration::from_millis(2));
            }
        }
        // Until the other side goes.
        Reply::Stall(_) => while connection.read(&mut [0]).is_ok_and(|read| read > 0) {},
    }
}

/// Knows every name under `.test` to be this machine, but for one that it looks for without end.
#[derive(Clone, Default)]
struct Dns {
    asked: Arc<AtomicUsize>,
}

impl Resolver for Dns {
    fn resolve(&self, host: &str) -> Resolving {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if host == "never.test" {
            return Box::pin(std::future::pending());
        }
        let found = if host.trim_end_matches('.').ends_with(".test") {
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]
        } else {
            Vec::new()
        };
        Box::pin(async move { Ok(found) })
    }
}

/// Generous with time, so that a busy machine fails no test; `site.test` and one other name may be fetched from.
fn policy() -> FetchPolicy {
    FetchPolicy {
        allow: AllowList::parse(["site.test", "other.test", "never.test"]).unwrap(),
        max_bytes: 1_000_000,
        total: Duration::from_secs(60),
        connect: Duration::from_secs(30),
        idle: Duration::from_secs(30),
    }
}

fn fetch_with(policy: FetchPolicy, url: &str) -> Result<(Fetched, Vec<u8>), Failure> {
    let mut bytes = Vec::new();
    let fetched = run(&Fetcher::with_resolver(policy, Dns::default()), url, &mut |chunk| {
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    Ok((fetched, bytes))
}

fn fetch(url: &str) -> Result<(Fetched, Vec<u8>), Failure> {
    fetch_with(policy(), url)
}

fn run(
    fetcher: &Fetcher,
    url: &str,
    keep: &mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send),
) -> Result<Fetched, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(fetcher.fetch(url, keep))
}

#[track_caller]
fn assert_fails(found: Result<(Fetched, Vec<u8>), Failure>, kind: &FailureKind, words: &str) {
    let failure = found.unwrap_err();
    assert_eq!(&failure.kind, kind, "{failure}");
    assert!(failure.detail.contains(words), "`{words}` is not in: {failure}");
}

#[test]
fn a_file_comes_with_what_was_said_of_it() {
    let site = Site::of(
        "/a%20b.pdf?signature=1",
        "HTTP/1.1 200 OK\r\nContent-Type: Application/PDF; a=b\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello more",
    );
    let url = site.url("site.test", "/a%20b.pdf?signature=1#page");
    let (fetched, bytes) = fetch(&url).unwrap();
    assert_eq!(bytes, b"hello");
    let (media_type, file_name) = (Some("application/pdf".to_owned()), Some("a b.pdf".to_owned()));
    let expected = Fetched { media_type, file_name, len_bytes: 5, url };
    assert_eq!(fetched, expected);
    let head = site.seen()[0].to_ascii_lowercase();
    assert!(head.contains(&format!("\r\nhost: site.test:{}\r\n", site.address.port())), "{head}");
    assert!(head.contains("\r\nuser-agent: mediary/") && head.contains("\r\naccept-encoding: identity\r\n"), "{head}");
    for word in ["cookie", "referer", "authorization"] {
        assert!(!head.contains(word), "{head}");
    }
}

#[test]
fn private_places_are_not_asked_for_anything() {
    let site = Site::of("/", "HTTP/1.1 200 OK\r\n\r\nsecret");
    let rows = [
        ("127.0.0.1", "127.0.0.1 is loopback"),
        ("2130706433", "127.0.0.1 is loopback"),
        ("[::ffff:127.0.0.1]", "is loopback"),
        ("unlisted.test", "host `unlisted.test` is not on the public Internet"),
        ("unlisted.test.", "not on the public Internet"),
        ("site.test.unlisted.test", "not on the public Internet"),
        ("u:p@site.test", "a password"),
    ];
    for (host, words) in rows {
        assert_fails(fetch(&site.url(host, "/")), &FailureKind::Malformed, words);
    }
    assert_fails(fetch(&site.url("nowhere.example", "/")), &FailureKind::Unreachable, "no host `nowhere.example`");
    assert_eq!(site.seen(), Vec::<String>::new());
    let open = |entry: &str| FetchPolicy { allow: AllowList::parse([entry]).unwrap(), ..policy() };
    for (entry, host) in [("127.0.0.1", "127.0.0.1"), ("127.0.0.0/8", "unlisted.test"), ("SITE.test.", "Site.Test")] {
        let found = fetch_with(open(entry), &site.url(host, "/"));
        assert_eq!(found.map(|found| found.1), Ok(b"secret".to_vec()), "{entry} {host}");
    }
}

#[test]
fn a_name_is_looked_up_once_and_connected_to_as_it_was_judged() {
    let site = Site::of("/", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    let dns = Dns::default();
    let fetcher = Fetcher::with_resolver(policy(), dns.clone());
    for expected in 1..=2 {
        run(&fetcher, &site.url("site.test", "/"), &mut |_| Ok(())).unwrap();
        assert_eq!(dns.asked.load(Ordering::Relaxed), expected);
    }
}

#[test]
fn redirects_are_followed_as_far_as_they_may() {
    let to = |location: &str| Reply::Bytes(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n"));
    let site = Site::new(vec![
        ("/6", to("/5")),
        ("/5", to("/4")),
        ("/4", to("//other.test:PORT/3")),
        ("/3", to("http://site.test:PORT/2")),
        ("/2", to("/deep/../1")),
        ("/1", to("/file.txt")),
        ("/file.txt", Reply::Bytes("HTTP/1.1 200 OK\r\n\r\nfound".to_owned())),
        ("/round", to("/round")),
        ("/literal", to("http://127.0.0.1:PORT/file.txt")),
        ("/odd", to("http://0x7f.1:PORT/file.txt")),
        ("/metadata", to("http://169.254.169.254/latest/meta-data")),
        ("/unlisted", to("http://unlisted.test:PORT/file.txt")),
        ("/file", to("file:///etc/passwd")),
        ("/login", to("http://user:secret@site.test:PORT/file.txt")),
        ("/nowhere", Reply::Bytes("HTTP/1.1 302 Found\r\n\r\n".to_owned())),
    ]);
    let (fetched, bytes) = fetch(&site.url("site.test", "/5")).unwrap();
    assert_eq!((bytes.as_slice(), fetched.file_name.as_deref()), (b"found".as_slice(), Some("file.txt")));
    let asked = site.seen().len();
    let rows = [
        ("/6", FailureKind::Malformed, "more than 5 times"),
        ("/round", FailureKind::Malformed, "more than 5 times"),
        ("/literal", FailureKind::Malformed, "127.0.0.1 is loopback"),
        ("/odd", FailureKind::Malformed, "127.0.0.1 is loopback"),
        ("/metadata", FailureKind::Malformed, "169.254.169.254 is link-local"),
        ("/unlisted", FailureKind::Malformed, "`unlisted.test` is not on the public Internet"),
        ("/file", FailureKind::Malformed, "only http and https"),
        ("/login", FailureKind::Malformed, "a password"),
        ("/nowhere", FailureKind::Unreachable, "redirects to nowhere"),
    ];
    for (path, kind, words) in &rows {
        assert_fails(fetch(&site.url("site.test", path)), kind, words);
    }
    // Six requests each for the first two, then none but the first.
    assert_eq!(site.seen().len() - asked, 2 * 6 + rows.len() - 2);
}

#[test]
fn a_file_that_is_too_large_is_given_up() {
    let site = Site::new(vec![
        ("/announced", Reply::Stall("HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n")),
        ("/endless", Reply::Endless("HTTP/1.1 200 OK\r\n\r\n")),
        ("/chunked", Reply::Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n")),
        ("/just", Reply::Endless("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")),
    ]);
    for path in ["/announced", "/endless", "/chunked"] {
        assert_fails(fetch(&site.url("site.test", path)), &FailureKind::TooLarge, "larger than 1000000 bytes");
    }
    assert_eq!(fetch(&site.url("site.test", "/just")).unwrap().1.len(), 1_000_000);
}

#[test]
fn a_server_that_stands_still_is_given_up() {
    let site = Site::new(vec![
        ("/silent", Reply::Stall("")),
        ("/head", Reply::Stall("HTTP/1.1 200 OK\r\nContent-")),
        ("/body", Reply::Stall("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")),
    ]);
    let short = Duration::from_millis(50);
    let policy = FetchPolicy { connect: short, idle: short, ..policy() };
    for path in ["/silent", "/head", "/body"] {
        let found = fetch_with(policy.clone(), &site.url("site.test", path));
        assert_fails(found, &FailureKind::TimedOut, "`site.test` sent nothing for 0.05 s");
    }
    let found = fetch_with(policy, "http://never.test/");
    assert_fails(found, &FailureKind::TimedOut, "`never.test` does not take connections");
}

#[test]
fn a_server_that_never_ends_is_given_up() {
    let site = Site::new(vec![("/", Reply::Drip("HTTP/1.1 200 OK\r\n\r\n"))]);
    let policy = FetchPolicy { total: Duration::from_millis(200), ..policy() };
    assert_fails(fetch_with(policy, &site.url("site.test", "/")), &FailureKind::TimedOut, "longer than 0.2 s");
}

#[test]
fn what_a_server_fails_with_is_told() {
    let rows = [
        ("404 Not Found", FailureKind::Malformed, "`site.test` answers 404 Not Found; check the address"),
        ("403 Forbidden", FailureKind::Malformed, "answers 403 Forbidden"),
        ("304 Not Modified", FailureKind::Unreachable, "answers 304"),
        ("503 Service Unavailable", FailureKind::Unreachable, "answers 503 Service Unavailable; try again later"),
        ("200 OK\r\nContent-Encoding: gzip", FailureKind::Unreachable, "compresses the file"),
        ("200 OK\r\nContent-Length: 99", FailureKind::Unreachable, "the connection broke off"),
    ];
    for (status, kind, words) in rows {
        let site = Site::of("/?signature=secret", &format!("HTTP/1.1 {status}\r\n\r\nx"));
        let found = fetch(&site.url("site.test", "/?signature=secret"));
        assert!(!found.as_ref().unwrap_err().detail.contains("secret"), "{found:?}");
        assert_fails(found, &kind, words);
    }
    let site = Site::of("/", "no HTTP at all");
    assert_fails(fetch(&site.url("site.test", "/")), &FailureKind::Unreachable, "site.test");
    let plain = site.url("site.test", "/").replace("http:", "https:");
    assert_fails(fetch(&plain), &FailureKind::Unreachable, "cannot connect to `site.test`");
    let closed = site.url("site.test", "/");
    drop(site);
    assert_fails(fetch(&closed), &FailureKind::Unreachable, "cannot connect to `site.test`");
}

#[test]
fn the_keeper_of_the_bytes_can_end_the_fetch() {
    let site = Site::new(vec![("/", Reply::Endless("HTTP/1.1 200 OK\r\n\r\n"))]);
    let fetcher = Fetcher::with_resolver(policy(), Dns::default());
    let found = run(&fetcher, &site.url("site.test", "/"), &mut |_| Err(Failure::broken("the disk is full")));
    assert_eq!(found, Err(Failure::broken("the disk is full")));
}

#[test]
fn a_server_says_what_time_it_is_whatever_else_it_answers() {
    let date = "Mon, 30 Nov 2026 01:02:03 GMT";
    let site =
        Site::of("/", "HTTP/1.1 404 Not Found\r\nDate: Mon, 30 Nov 2026 01:02:03 GMT\r\nContent-Length: 0\r\n\r\n");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = |host: &str| {
        let fetcher = Fetcher::with_resolver(policy(), Dns::default());
        runtime.block_on(fetcher.date(&site.url(host, "/")))
    };
    assert_eq!(asked("site.test").unwrap().as_deref(), Some(date));
    assert_eq!(asked("unlisted.test").unwrap_err().kind, FailureKind::Malformed, "it is on this machine");
}

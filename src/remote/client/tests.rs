//! Connections through proxies, from both sides: what the proxy sees of them, and what the provider behind it.
//!
//! Every row goes twice: as a relayed call and as an errand, which must take the same way.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mediary_core::Failure;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::{Payload, cause};

/// For `provider.test` and `localhost`, until 2126; made for these tests, signed by itself.
const CERTIFICATE: &str = "MIIBpjCCAU2gAwIBAgIUeXDzwvDbMvkb7lCJNiGjeJOfHxQwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMbWVkaWFyeSB0\
    ZXN0MCAXDTI2MTEyODIyNTI1OVoYDzIxMjYxMTA0MjI1MjU5WjAXMRUwEwYDVQQDDAxtZWRpYXJ5IHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR+\
    1T/ahDJYrVtt26/s9JYVDfhYNJCfWqCiE7G6Lnda8FSMPXvbg7Jv4qWMuMtr3bFEuiLJSIbvSOb+zZ2HZQARo3UwczAdBgNVHQ4EFgQUlTEwdw9mRBvrxdMp\
    V+RuqZKRTzAwHwYDVR0jBBgwFoAUlTEwdw9mRBvrxdMpV+RuqZKRTzAwIwYDVR0RBBwwGoINcHJvdmlkZXIudGVzdIIJbG9jYWxob3N0MAwGA1UdEwEB/wQC\
    MAAwCgYIKoZIzj0EAwIDRwAwRAIgMWxzcfEzHmAI9wuhIcqS0+/O+9zkD9pAj5ZhulUz7TMCIHRmKaKAJINwJu0On7b0Fh8vbGKtFG6JZJIa/9aFs9Fs";
/// The key of that certificate, which no other program trusts.
const CERTIFICATES_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2iTeGAniRWgxMGXfj1ieKH69d+8IiHFMIXY8tol+2C+h\
    RANCAAR+1T/ahDJYrVtt26/s9JYVDfhYNJCfWqCiE7G6Lnda8FSMPXvbg7Jv4qWMuMtr3bFEuiLJSIbvSOb+zZ2HZQAR";

const KEY: &str = "key-of-the-test-0123";
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

fn ring() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Trust in the certificate above, and in no other.
fn trusting() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(bytes(CERTIFICATE))).unwrap();
    let versions = ClientConfig::builder_with_provider(ring()).with_safe_default_protocol_versions().unwrap();
    versions.with_root_certificates(roots).with_no_client_auth()
}

fn acceptor() -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(bytes(CERTIFICATES_KEY)).unwrap();
    let versions = ServerConfig::builder_with_provider(ring()).with_safe_default_protocol_versions().unwrap();
    let config = versions.with_no_client_auth().with_single_cert(vec![CertificateDer::from(bytes(CERTIFICATE))], key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

/// What a server does with each of its connections.
#[derive(Clone)]
enum Does {
    /// Answers every request.
    Answer,
    /// Opens a tunnel to this address, whatever host it is asked for.
    Tunnel(SocketAddr),
    /// The same as a SOCKS proxy.
    Socks(SocketAddr),
    /// Says this and closes the connection.
    Say(&'static str),
}

/// A server on loopback: the provider, or the proxy before it.
struct Server {
    address: SocketAddr,
    /// The heads of all requests, in lower case, in their order.
    heads: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn new(is_encrypted: bool, does: Does) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = heads.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                let (does, seen) = (does.clone(), seen.clone());
                connections.spawn(async move {
                    match is_encrypted {
                        true => {
                            if let Ok(inner) = acceptor().accept(connection).await {
                                serve(inner, does, seen).await;
                            }
                        }
                        false => serve(connection, does, seen).await,
                    }
                });
            }
        });
        Self { address, heads, _tasks: tasks }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(mut connection: impl AsyncRead + AsyncWrite + Unpin, does: Does, seen: Arc<Mutex<Vec<String>>>) {
    if let Does::Socks(to) = does {
        let host = socks(&mut connection).await.expect("SOCKS is spoken");
        seen.lock().unwrap().push(host);
        let mut behind = TcpStream::connect(to).await.unwrap();
        let _closed = copy_bidirectional(&mut connection, &mut behind).await;
        return;
    }
    while let Some(head) = head(&mut connection).await {
        seen.lock().unwrap().push(head.to_ascii_lowercase());
        match does {
            Does::Answer => connection.write_all(ANSWER.as_bytes()).await.unwrap(),
            Does::Say(text) => {
                connection.write_all(text.as_bytes()).await.unwrap();
                return;
            }
            Does::Tunnel(to) => {
                let mut behind = TcpStream::connect(to).await.unwrap();
                connection.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                let _closed = copy_bidirectional(&mut connection, &mut behind).await;
                return;
            }
            Does::Socks(_) => return,
        }
    }
}

/// The head of the next request, and the few bytes of its body.
async fn head(connection: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let ends = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        (body.len() == length).then(|| text.clone())
    };
    loop {
        bytes.push(connection.read_u8().await.ok()?);
        if let Some(whole) = ends(&bytes) {
            return Some(whole);
        }
    }
}

/// The server's side of SOCKS 5 (RFC 1928) with a name and a password (RFC 1929): with which name, and for which host.
async fn socks(connection: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<String> {
    let mut methods = [0; 3];
    connection.read_exact(&mut methods).await.ok()?;
    assert_eq!(methods, [5, 1, 2]);
    connection.write_all(&[5, 2]).await.ok()?;
    assert_eq!(connection.read_u8().await.ok()?, 1);
    let (name, word) = (short(connection).await?, short(connection).await?);
    connection.write_all(&[1, 0]).await.ok()?;
    let mut request = [0; 4];
    connection.read_exact(&mut request).await.ok()?;
    assert_eq!(request, [5, 1, 0, 3], "a connection is asked for, to a name");
    let host = short(connection).await?;
    let port = connection.read_u16().await.ok()?;
    connection.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    Some(format!("{name}:{word} to {host}:{port}"))
}

async fn short(connection: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = vec![0; connection.read_u8().await.ok()?.into()];
    connection.read_exact(&mut text).await.ok()?;
    String::from_utf8(text).ok()
}

fn client(proxy: &str) -> Client {
    Client::new(Some(&proxy.parse().unwrap()), Duration::from_secs(20), trusting())
}

/// Sends one request, as a call or as an errand. A success is the body.
async fn send(client: &Client, address: &str, is_errand: bool) -> Result<Vec<u8>, Failure> {
    let request = Request::post(address).header("authorization", format!("Bearer {KEY}"));
    if is_errand {
        let request = request.body(Bytes::from_static(b"body")).unwrap();
        let sent = client.errands().send(request.try_into().unwrap()).await;
        let answer = sent.map_err(|error| cause::unreachable(&error, error.is_connect(), error.is_timeout()))?;
        return Ok(answer.bytes().await.unwrap().to_vec());
    }
    let sent = client.send(request.body(Payload::from("body")).unwrap()).await;
    let mut answer = sent.map_err(|error| cause::unreachable(&error, error.is_connect(), error.is_timeout()))?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// "ann" and "p w" in HTTP's basic form, in lower case.
const BASIC: &str = "\r\nproxy-authorization: basic yw5uonagdw==\r\n";

#[tokio::test]
async fn an_encrypted_call_goes_through_a_tunnel_in_which_the_proxy_sees_the_host_only() {
    for proxy_is_encrypted in [false, true] {
        let provider = Server::new(true, Does::Answer).await;
        let proxy = Server::new(proxy_is_encrypted, Does::Tunnel(provider.address)).await;
        let scheme = if proxy_is_encrypted { "https" } else { "http" };
        let client = client(&format!("{scheme}://ann:p%20w@localhost:{}", proxy.address.port()));
        for is_errand in [false, true] {
            for _ in 0..2 {
                assert_eq!(send(&client, "https://provider.test/v1/x?y=z", is_errand).await.unwrap(), b"hello");
            }
        }
        let heads = proxy.heads();
        assert_eq!(heads.len(), 2, "the second call takes the first one's connection: {heads:?}");
        for head in heads {
            assert!(head.starts_with("connect provider.test:443 http/1.1\r\nhost: provider.test:443\r\n"), "{head}");
            assert!(head.contains(BASIC) && !head.contains(KEY) && !head.contains("/v1"), "{head}");
        }
        let heads = provider.heads();
        assert_eq!(heads.len(), 4);
        for head in heads {
            assert!(head.starts_with("post /v1/x?y=z http/1.1\r\n") && head.contains(KEY), "{head}");
            assert!(head.contains("\r\nhost: provider.test\r\n") && !head.contains("proxy"), "{head}");
        }
    }
}

#[tokio::test]
async fn a_plain_call_is_handed_to_the_proxy_whole() {
    let proxy = Server::new(false, Does::Answer).await;
    let client = client(&format!("ann:p%20w@{}", proxy.address));
    for is_errand in [false, true] {
        let address = "http://bob:other@provider.test:8080/v1/x?y=z";
        assert_eq!(send(&client, address, is_errand).await.unwrap(), b"hello");
    }
    let heads = proxy.heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(head.starts_with("post http://provider.test:8080/v1/x?y=z http/1.1\r\n"), "{head}");
        assert!(head.contains(BASIC) && head.contains("\r\nhost: provider.test:8080\r\n"), "{head}");
        assert!(!head.contains("bob") && head.ends_with("\r\n\r\nbody"), "{head}");
    }
}

#[tokio::test]
async fn a_socks_proxy_is_told_the_hosts_name() {
    for scheme in ["http", "https"] {
        let provider = Server::new(scheme == "https", Does::Answer).await;
        let proxy = Server::new(false, Does::Socks(provider.address)).await;
        let client = client(&format!("socks5://ann:p%20w@{}", proxy.address));
        for is_errand in [false, true] {
            assert_eq!(send(&client, &format!("{scheme}://provider.test/v1"), is_errand).await.unwrap(), b"hello");
        }
        let port = if scheme == "https" { 443 } else { 80 };
        assert_eq!(proxy.heads(), vec![format!("ann:p w to provider.test:{port}"); 2]);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_as_what_refuses() {
    let rows = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy wants a name and a password"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "the proxy refuses to connect to it"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "the proxy refuses to connect to it"),
        ("", "the proxy did not answer as one"),
    ];
    for (said, words) in rows {
        let proxy = Server::new(false, Does::Say(said)).await;
        let client = client(&format!("http://ann:hunter2@{}", proxy.address));
        for is_errand in [false, true] {
            let failure = send(&client, "https://provider.test/v1", is_errand).await.unwrap_err();
            let detail = failure.detail;
            assert!(detail.starts_with(&format!("the provider cannot be reached: {words}")), "{detail}");
            assert!(!detail.contains("hunter2") && !detail.contains("127.0.0.1"), "{detail}");
        }
    }
    let gone = Server::new(false, Does::Answer).await.address;
    for (scheme, address) in [("http", "https://provider.test"), ("http", "http://a.test"), ("socks5", "http://a.test")]
    {
        let failure = send(&client(&format!("{scheme}://{gone}")), address, false).await.unwrap_err();
        assert!(failure.detail.contains("the proxy cannot be connected to"), "{}", failure.detail);
    }
    let plain = Server::new(false, Does::Say("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")).await;
    let failure =
        send(&client(&format!("http://{}", plain.address)), "http://provider.test/v1", false).await.unwrap_err();
    assert!(failure.detail.contains("the proxy wants a name and a password"), "{}", failure.detail);
}

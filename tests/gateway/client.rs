//! A small HTTP client: blocking, one connection per request, and able to do wrong what tests want done wrong.
//!
//! It knows as much of HTTP/1.1 as the server answers with. Multipart bodies are written here too.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::server::{PATIENCE, TestServer};

/// Names in lower case, and values.
type Headers = Vec<(String, String)>;

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| unreachable!("not JSON ({error}): {self}"))
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self}");
        self.json()
    }

    /// The text of the document that was read.
    #[track_caller]
    pub(crate) fn content(&self) -> String {
        let body = self.ok();
        body["content"].as_str().unwrap_or_else(|| unreachable!("no content: {body:#}")).to_owned()
    }

    /// The code and the sentence of an error, which has the shape that every error has.
    #[track_caller]
    pub(crate) fn error(&self) -> (String, String) {
        let body = self.json();
        let field = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
        let kinds =
            "invalid_request_error authentication_error permission_error not_found_error rate_limit_error server_error";
        assert!(kinds.split(' ').any(|kind| kind == field("type")), "{self}");
        assert!(body["error"].get("param").is_some(), "{self}");
        assert!(self.header("x-request-id").is_some(), "{self}");
        (field("code"), field("message"))
    }

    /// Asserts a refusal: its status, its code and words of its sentence.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, words: &str) {
        assert_eq!(self.status, status, "{self}");
        let (found, message) = self.error();
        assert_eq!(found, code, "{self}");
        assert!(message.contains(words), "`{words}` is not in: {message}");
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// A request, before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self { method, target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, mime: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", mime)
    }

    /// The bytes that go over the wire.
    pub(crate) fn bytes(&self, server: &TestServer) -> Vec<u8> {
        self.bytes_for(server.address)
    }

    fn bytes_for(&self, address: SocketAddr) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.target);
        let has = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        if !has("host") {
            let _ = write!(head, "host: {address}\r\n");
        }
        if !has("content-length") && !has("transfer-encoding") && self.method == "POST" {
            let _ = write!(head, "content-length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    pub(crate) fn send(&self, server: &TestServer) -> Answer {
        let connection = server.connect();
        // A server that refuses a body early may have stopped reading it; its answer counts.
        let _ = (&connection).write_all(&self.bytes(server));
        answer(connection, self.method)
    }

    /// Sends it to a server that is another process.
    pub(crate) fn send_to(&self, address: SocketAddr) -> Answer {
        let connection = TcpStream::connect(address).expect("the server listens where it says");
        connection.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        let _ = (&connection).write_all(&self.bytes_for(address));
        answer(connection, self.method)
    }
}

/// Several parts in one body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Multipart(Vec<u8>);

impl Multipart {
    const BOUNDARY: &'static str = "a-line-that-is-in-no-file";

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), "", value.as_bytes());
        self
    }

    pub(crate) fn file(mut self, file_name: &str, mime: &str, bytes: &[u8]) -> Self {
        self.part(&format!("name=\"file\"; filename=\"{file_name}\""), &format!("Content-Type: {mime}\r\n"), bytes);
        self
    }

    fn part(&mut self, disposition: &str, headers: &str, bytes: &[u8]) {
        let head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n", Self::BOUNDARY);
        self.0.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }

    /// The request that carries the parts.
    pub(crate) fn request(self) -> Request {
        self.request_to("/v1/ocr/process")
    }

    /// The same, to another route.
    pub(crate) fn request_to(mut self, route: &str) -> Request {
        self.0.extend(format!("--{}--\r\n", Self::BOUNDARY).into_bytes());
        self.carried_to(route)
    }

    /// The request without its last line.
    pub(crate) fn unfinished(self) -> Request {
        self.carried_to("/v1/ocr/process")
    }

    fn carried_to(self, route: &str) -> Request {
        let mime = format!("multipart/form-data; boundary={}", Self::BOUNDARY);
        Request::new("POST", route).body(&mime, self.0)
    }
}

impl TestServer {
    pub(crate) fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).expect("the server listens");
        connection.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        connection
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        Request::new("GET", target).send(self)
    }

    /// Has a file read. `fields` are written as in a URL's query.
    pub(crate) fn read(&self, file: impl Into<Vec<u8>>, fields: &str) -> Answer {
        reading(file, fields).send(self)
    }

    /// Asserts that the server still does its work.
    #[track_caller]
    pub(crate) fn assert_reads_on(&self) {
        let content = self.read(super::server::sample("invoice.pdf"), "").content();
        assert!(content.contains("505.38"), "{content}");
    }
}

/// A request that has a file read, sent as it is.
pub(crate) fn reading(file: impl Into<Vec<u8>>, fields: &str) -> Request {
    let target = format!("/v1/ocr/process?{fields}");
    Request::new("POST", target).body("application/octet-stream", file)
}

/// Reads the answer to its end.
pub(crate) fn answer(mut connection: TcpStream, method: &str) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while !is_whole(&bytes, method) {
        match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) => unreachable!("no whole answer: {error}; so far {}", String::from_utf8_lossy(&bytes)),
        }
    }
    let (status, headers, start) = head(&bytes).expect("an answer begins with its head");
    let body = &bytes[start..];
    let body = if is_chunked(&headers) { unchunked(body).expect("the last chunk") } else { body.to_vec() };
    Answer { status, headers, body }
}

fn is_whole(bytes: &[u8], method: &str) -> bool {
    let Some((status, headers, start)) = head(bytes) else { return false };
    if status == 204 {
        return true;
    }
    if is_chunked(&headers) {
        return unchunked(&bytes[start..]).is_some();
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.parse::<usize>());
    let expected = if method == "HEAD" { 0 } else { length.expect("the server announces lengths").expect("a number") };
    bytes.len() >= start + expected
}

fn is_chunked(headers: &Headers) -> bool {
    headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked")
}

/// A body that came in chunks; `None` until the last has come.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?, 16).ok()?;
        body.extend(bytes.get(end + 2..end + 2 + length)?);
        if length == 0 {
            return Some(body);
        }
        bytes = bytes.get(end + 2 + length + 2..)?;
    }
}

/// Status, headers and where the body starts; `None` until the head is whole.
fn head(bytes: &[u8]) -> Option<(u16, Headers, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some((status, headers, end + 4))
}

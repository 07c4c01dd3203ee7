//! An S3-compatible store: moto's server, of the Python index, in the environment that `make test-servers` makes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use crate::owned::{self, Owned};
use crate::skip;

/// Serves on a free port, which it writes into a file. A shell starts it with interrupts switched off, so it asks for them.
const SERVE: &str = r#"
import os, signal, sys, threading
from moto.server import ThreadedMotoServer
signal.signal(signal.SIGINT, lambda *_: os._exit(0))
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
with open("port.new", "w") as file:
    file.write(str(server.get_host_and_port()[1]))
os.rename("port.new", "port")
threading.Event().wait()
"#;

/// A running store.
#[derive(Debug)]
pub struct Buckets {
    server: Owned,
}

impl Buckets {
    /// A new one, which ends when it is dropped; `None`, and a loud line, where there is none.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::started().map_err(|why| skip("An S3-compatible store", &why)).ok()
    }

    fn started() -> Result<Self, String> {
        let python = python().ok_or("it is not installed")?.display().to_string();
        let (folder, _) = owned::folder("mediary-buckets-")?;
        let server = Owned::start(folder, None, &[&python, "-c", SERVE])?;
        let buckets = Self { server };
        buckets
            .server
            .wait_until(|| buckets.port().is_some_and(|port| TcpStream::connect(("127.0.0.1", port)).is_ok()))?;
        Ok(buckets)
    }

    fn port(&self) -> Option<u16> {
        std::fs::read_to_string(self.server.folder.join("port")).ok()?.parse().ok()
    }

    /// Its address.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port().expect("it serves"))
    }

    /// Makes a bucket.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn make(&self, bucket: &str) {
        let answer = self.asked("PUT", &format!("/{bucket}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// What a store lists of a bucket, as XML.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn listed(&self, bucket: &str, query: &str) -> String {
        self.asked("GET", &format!("/{bucket}?{query}"))
    }

    fn asked(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port().expect("it serves"))).expect("it answers");
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers to the end");
        answer
    }
}

/// The Python that has it: in the folder of what Cargo builds.
fn python() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.ancestors().map(|folder| folder.join("test-servers/bin/python")).find(|python| python.is_file())
}

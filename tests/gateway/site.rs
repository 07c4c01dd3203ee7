//! A web site on loopback, from which a server under test fetches: a path, and what is answered there.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// What is answered at one path.
#[derive(Debug)]
pub(crate) struct Page {
    head: String,
    body: Vec<u8>,
    is_endless: bool,
}

impl Page {
    /// A file.
    pub(crate) fn file(mime: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { head: format!("200 OK\r\ncontent-type: {mime}"), body: body.into(), is_endless: false }
    }

    /// A status, with more headers maybe, and no file.
    pub(crate) fn status(head: impl Into<String>) -> Self {
        Self { head: head.into(), body: Vec::new(), is_endless: false }
    }

    /// A file that does not end.
    pub(crate) fn endless() -> Self {
        Self { is_endless: true, ..Self::file("application/pdf", "%PDF-1.4\n") }
    }
}

/// A running site. It answers one connection after another.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
    visits: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    pub(crate) fn new(pages: Vec<(&'static str, Page)>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (visits, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, stopped) = (visits.clone(), stop.clone());
        let pages: HashMap<&str, Page> = pages.into_iter().collect();
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                counted.fetch_add(1, Ordering::Relaxed);
                // A client that goes away in the middle is expected to.
                let _ = connection.and_then(|connection| serve(connection, &pages));
            }
        });
        Self { address, visits, stop, thread: Some(thread) }
    }

    /// The address of a path here.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections there were.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the site panicked");
        }
    }
}

fn serve(mut connection: TcpStream, pages: &HashMap<&str, Page>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let Some(page) = pages.get(path) else {
        return connection.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    };
    connection.write_all(format!("HTTP/1.1 {}\r\nconnection: close\r\n\r\n", page.head).as_bytes())?;
    connection.write_all(&page.body)?;
    if !page.is_endless {
        return Ok(());
    }
    loop {
        connection.write_all(&[b' '; 10_000])?;
    }
}

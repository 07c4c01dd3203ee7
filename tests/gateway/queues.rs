//! Full queues: requests beyond the bound are refused with a time to retry, and all others are answered.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::Duration;

use mediary::config::Config;

use super::client::{Answer, Request, answer, reading};
use super::craft::slow_pdf;
use super::pdf::{Pdf, text_at};
use super::server::{TestServer, sample, wait_until};

fn narrow(config: &mut Config) {
    config.engines.paddleocr.queue = 1;
    config.engines.paddleocr.workers = 1;
    config.engines.pdfium.workers = 1;
}

#[track_caller]
fn assert_busy(answer: &Answer, words: &str) {
    answer.refused(503, "engine_busy", words);
    let wait: u64 =
        answer.header("retry-after").expect("it says when to come back").parse().expect("a number of seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[test]
fn a_full_ocr_queue_refuses_and_says_when_to_come_back() {
    let server = TestServer::with(narrow);
    let mut long = Pdf::new();
    for _ in 0..300 {
        long.page("", &text_at(60, 700, 12, "a page of a long document"));
    }
    let mut first = server.connect();
    first.write_all(&reading(long.bytes(), "force_ocr=true").bytes(&server)).unwrap();
    wait_until("the only place is taken", || server.ocr_depth() == 1);
    assert_busy(&server.read(sample("sign.png"), ""), "paddleocr is busy");
    // What needs no recognition is read all the same.
    assert_eq!(server.read("plain text", "").content(), "plain text");
    assert_eq!(server.get("/health").status, 200);
    drop(first);
    wait_until("a place in the queue is free", || server.ocr_depth() == 0);
    assert_eq!(server.read(sample("sign.png"), "").content(), "Platform 9 closes at 21:45");
}

fn begun(server: &TestServer, file: Vec<u8>) -> TcpStream {
    let mut connection = server.connect();
    connection.write_all(&reading(file, "").bytes(server)).expect("the server reads");
    connection
}

fn document() -> Vec<u8> {
    Pdf::of_texts(&["a short document"]).bytes()
}

/// Sends two documents to a server whose only worker is busy: one waits in the only place, the other is refused,
/// whichever comes first. Gives the refused one, then the waiting one.
fn refused_and_waiting(server: &TestServer) -> [TcpStream; 2] {
    let [one, other] = [(); 2].map(|()| begun(server, document()));
    let is_answered = |connection: &TcpStream| {
        connection.set_nonblocking(true).expect("it is a socket");
        let is_answered = connection.peek(&mut [0]).is_ok();
        connection.set_nonblocking(false).expect("it is a socket");
        is_answered
    };
    wait_until("one is refused", || is_answered(&one) || is_answered(&other));
    if is_answered(&one) { [one, other] } else { [other, one] }
}

#[test]
fn a_full_queue_of_documents_refuses_and_serves_what_waits() {
    let server = TestServer::with(narrow);
    let slow = begun(&server, slow_pdf());
    server.busy_worker();
    let [refused, waiting] = refused_and_waiting(&server);
    assert_busy(&answer(refused, "POST"), "waiting for a PDF worker");
    drop(slow);
    assert_eq!(answer(waiting, "POST").content(), "a short document");
}

#[test]
fn a_client_that_leaves_while_it_waits_gives_its_place_back() {
    let server = TestServer::with(narrow);
    let slow = begun(&server, slow_pdf());
    server.busy_worker();
    let [_, waiting] = refused_and_waiting(&server);
    drop(waiting);
    // A refused request is answered at once; one that is queued gets no answer for the time being.
    wait_until("a place in the queue is free", || {
        let next = begun(&server, document());
        next.set_read_timeout(Some(Duration::from_millis(300))).expect("the time is not zero");
        next.peek(&mut [0]).is_err()
    });
    drop(slow);
    // Until the server has noticed that the last one left, its place is taken.
    wait_until("the queue is free", || server.read(document(), "").status == 200);
    server.assert_reads_on();
}

/// A document whose pages take more to tell than a connection holds unread.
fn talkative() -> Vec<u8> {
    let lines: String = (0..60).map(|line| text_at(40, 800 - 13 * line, 6, &"many words ".repeat(12))).collect();
    let mut pdf = Pdf::new();
    for _ in 0..60 {
        pdf.page("", &lines);
    }
    pdf.bytes()
}

#[test]
fn clients_that_stop_reading_their_streams_hold_no_worker() {
    let server = TestServer::with(narrow);
    let unread: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut connection = server.connect();
            let request = reading(talkative(), "stream=true&detail=words");
            connection.write_all(&request.bytes(&server)).expect("the server reads");
            connection.peek(&mut [0]).expect("the answer begins");
            connection
        })
        .collect();
    // The only worker is free for others as soon as the documents are read, whoever reads of them.
    assert_eq!(server.read(document(), "").content(), "a short document");
    wait_until("all permits for children are back", || server.in_use().children == 0);
    for connection in unread {
        let text = answer(connection, "POST");
        assert!(text.body.len() > 8_000_000, "{} bytes can lie in the buffers of a connection", text.body.len());
        assert!(text.text().contains("event: done"), "all of it is told to one that reads on");
    }
}

#[test]
fn a_crowd_is_served_or_told_to_come_back_and_nothing_else() {
    const CROWD: usize = 8;
    let server = TestServer::with(narrow);
    let barrier = Barrier::new(CROWD);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let ask = || {
            barrier.wait();
            server.read(sample("cjk.png"), "")
        };
        let running: Vec<_> = (0..CROWD).map(|_| scope.spawn(ask)).collect();
        running.into_iter().map(|thread| thread.join().expect("it was answered")).collect()
    });
    let (served, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!served.is_empty() && !refused.is_empty(), "{} served, {} refused", served.len(), refused.len());
    served.iter().for_each(|answer| assert!(answer.content().contains("10:00-18:30"), "{answer}"));
    refused.iter().for_each(|answer| assert_busy(answer, "paddleocr is busy"));
    assert_eq!(server.ocr_depth(), 0);
}

#[test]
fn many_at_once_are_all_served_when_the_queue_holds_them() {
    let server = TestServer::with(|_| ());
    let rows = [
        ("invoice.pdf", "Total GBP"),
        ("sign.png", "Platform 9"),
        ("invoice-scan.pdf", "Tidewater"),
        ("letter.tiff", "Edmund Falk"),
        ("note.txt", "reading room"),
        ("receipt.jpg", "Whitby"),
    ];
    std::thread::scope(|scope| {
        for (name, words) in rows.iter().chain(&rows) {
            let server = &server;
            scope.spawn(move || assert!(server.read(sample(name), "").content().contains(words), "{name}"));
        }
    });
    assert_eq!(server.ocr_depth(), 0);
    assert_eq!(Request::new("GET", "/readyz").send(&server).status, 200);
}

//! Workers that die, hang or wear out, clients that leave, and a server that is told to stop in the middle of work.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::client::{Answer, answer, reading};
use super::craft::{add_slow_page, slow_pdf};
use super::pdf::{Pdf, text_at};
use super::server::{PATIENCE, TestServer, sample, wait_until};

fn kill(id: u32) {
    let id = Pid::from_raw(i32::try_from(id).expect("ids are small")).expect("ids are not zero");
    kill_process(id, Signal::KILL).expect("the worker is ours");
}

/// Sends a request and leaves the answer to be waited for.
fn begun(server: &TestServer, file: Vec<u8>, fields: &str) -> TcpStream {
    let mut connection = server.connect();
    connection.write_all(&reading(file, fields).bytes(server)).expect("the server reads");
    connection
}

fn finished(connection: TcpStream) -> Answer {
    answer(connection, "POST")
}

/// Pages of text around one that takes minutes.
fn slow_in_the_middle() -> Vec<u8> {
    let mut pdf = Pdf::of_texts(&["the page before"]);
    add_slow_page(&mut pdf);
    pdf.page("", &text_at(60, 700, 12, "the page behind"));
    pdf.page("", &text_at(60, 700, 12, "the last page"));
    pdf.bytes()
}

#[track_caller]
fn assert_only_the_second_page_failed(answer: &Answer, words: &str) {
    let body = answer.ok();
    assert_eq!(body["status"], "partial", "{body:#}");
    assert_eq!(body["content"], "the page before\n\nthe page behind\n\nthe last page");
    let sentence = body["pages"][1]["error"].as_str().unwrap_or_default();
    assert!(sentence.contains("page 2") && sentence.contains(words), "{body:#}");
    assert_eq!(body["attempts"][1]["outcome"], "failed", "{body:#}");
    assert_eq!(body["usage"]["pages_processed"], 3);
}

#[test]
fn a_worker_that_is_killed_costs_its_page_and_the_next_are_read_by_another() {
    let server = TestServer::with(|_| ());
    let connection = begun(&server, slow_in_the_middle(), "");
    let worker = server.busy_worker();
    kill(worker);
    assert_only_the_second_page_failed(&finished(connection), "crashed the PDF reader");
    assert_eq!(server.workers_lost(), 1);
    assert!(!server.workers().contains(&worker));
    server.assert_reads_on();
}

#[test]
fn a_worker_that_is_killed_while_idle_is_replaced_unnoticed() {
    let server = TestServer::with(|_| ());
    server.assert_reads_on();
    let [idle] = server.workers()[..] else { unreachable!("one document leaves one worker: {:?}", server.workers()) };
    kill(idle);
    wait_until("it is gone", || server.workers().is_empty());
    server.assert_reads_on();
    assert_eq!(server.workers_lost(), 0);
}

#[test]
fn a_page_that_takes_too_long_is_given_up_and_the_next_are_read() {
    let server = TestServer::with(|config| config.limits.document.page_time = Duration::from_secs(4));
    assert_only_the_second_page_failed(&server.read(slow_in_the_middle(), ""), "took longer than 4 s");
    let answer = server.read(slow_pdf(), "");
    answer.refused(504, "timed_out", "page 1 took longer than 4 s");
    answer.refused(504, "timed_out", "[limits.document] page_seconds");
    assert_eq!(server.workers_lost(), 2);
    server.assert_reads_on();
}

#[test]
fn a_worn_worker_is_replaced_in_the_middle_of_a_document() {
    let server = TestServer::with(|config| config.engines.pdfium.pages_per_worker = 1);
    let pdf = Pdf::of_texts(&["page one", "page two", "page three"]);
    for _ in 0..2 {
        assert_eq!(server.read(pdf.bytes(), "").content(), "page one\n\npage two\n\npage three");
    }
    let locked = pdf.encrypted("key");
    assert_eq!(server.read(locked, "password=key").content(), "page one\n\npage two\n\npage three");
    assert_eq!(server.workers_lost(), 0);
}

#[test]
fn a_client_that_leaves_takes_the_work_on_its_document_along() {
    let server = TestServer::with(|_| ());
    let connection = begun(&server, slow_pdf(), "");
    server.busy_worker();
    drop(connection);
    wait_until("the worker is gone", || server.workers().is_empty());
    server.assert_reads_on();
}

#[test]
fn a_client_that_leaves_gives_its_place_in_the_queue_back() {
    let server = TestServer::with(|_| ());
    let mut pdf = Pdf::new();
    for number in 0..300 {
        pdf.page("", &text_at(60, 700, 12, &format!("page {number}")));
    }
    let connection = begun(&server, pdf.bytes(), "force_ocr=true");
    wait_until("a page is recognised", || server.ocr_depth() == 1);
    drop(connection);
    wait_until("the place is free", || server.ocr_depth() == 0);
    wait_until("the worker is gone", || server.workers().is_empty());
    server.assert_reads_on();
}

#[test]
fn a_running_request_is_answered_when_the_server_is_told_to_stop() {
    let mut server = TestServer::with(|config| config.server.shutdown_grace = PATIENCE);
    let connection = begun(&server, sample("letter.tiff"), "");
    wait_until("a page is recognised", || server.ocr_depth() == 1);
    server.ask_to_stop();
    wait_until("no other client is let in", || TcpStream::connect(server.address).is_err());
    assert!(finished(connection).content().contains("Edmund Falk"));
    server.wait_for_end();
}

#[test]
fn a_request_that_outlasts_the_grace_is_dropped_with_its_work() {
    let mut server = TestServer::with(|config| config.server.shutdown_grace = Duration::from_millis(100));
    let connection = begun(&server, slow_pdf(), "");
    server.busy_worker();
    server.ask_to_stop();
    server.wait_for_end();
    wait_until("the worker is gone", || server.workers().is_empty());
    drop(connection);
}

#[test]
fn idle_connections_do_not_hold_up_the_end() {
    let mut server = TestServer::with(|config| config.server.shutdown_grace = Duration::from_secs(50));
    let unused = server.connect();
    let mut used = server.connect();
    used.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    assert_eq!(answer(used.try_clone().unwrap(), "GET").status, 200);
    let started = Instant::now();
    server.ask_to_stop();
    server.wait_for_end();
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    drop((unused, used));
}

//! Bodies that are too large, too slow or never finished. All others are served meanwhile.

use std::io::{Read, Write};
use std::time::Duration;

use mediary::config::Bytes;

use super::client::{Multipart, Request, answer, reading};
use super::server::{TestServer, sample};

const HEAD: &str = "POST /v1/ocr/process HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/pdf\r\n";

fn small_server() -> TestServer {
    TestServer::with(|config| config.limits.upload_bytes = Bytes::new(100_000))
}

#[test]
fn a_body_that_announces_too_much_is_refused_before_it_is_sent() {
    let server = small_server();
    let mut connection = server.connect();
    write!(connection, "{HEAD}content-length: 100001\r\n\r\n").unwrap();
    let refusal = answer(connection, "POST");
    refusal.refused(413, "file_too_large", "larger than 100000 bytes");
    refusal.refused(413, "file_too_large", "[limits] upload_bytes");
    server.assert_reads_on();
}

#[test]
fn a_length_that_is_no_number_of_bytes_is_a_bad_request() {
    let server = small_server();
    for length in ["18446744073709551616", "99999999999999999999999", "-1", "1e3", "0x10", "5, 6"] {
        let mut connection = server.connect();
        let head = format!("POST /v1/ocr/process HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        assert_eq!(answer(connection, "POST").status, 400, "{length}");
    }
}

#[test]
fn a_client_that_waits_for_leave_to_send_too_much_is_refused() {
    let server = small_server();
    let mut connection = server.connect();
    write!(connection, "{HEAD}expect: 100-continue\r\ncontent-length: 100001\r\n\r\n").unwrap();
    answer(connection, "POST").refused(413, "file_too_large", "larger than 100000 bytes");
}

#[test]
fn a_body_that_announces_nothing_is_refused_once_it_is_too_large() {
    let server = small_server();
    let mut connection = server.connect();
    write!(connection, "{HEAD}transfer-encoding: chunked\r\n\r\n").unwrap();
    let chunk = [&b"4e20\r\n"[..], &[b' '; 20_000], b"\r\n"].concat();
    for _ in 0..6 {
        // The server may have answered and stopped reading.
        let _ = connection.write_all(&chunk);
    }
    answer(connection, "POST").refused(413, "file_too_large", "larger than 100000 bytes");
    server.assert_reads_on();
}

#[test]
fn a_client_that_sends_on_sees_the_refusal_all_the_same() {
    let server = small_server();
    // Far more than the buffers between client and server hold.
    let large = vec![b'a'; 30_000_000];
    reading(large.clone(), "").send(&server).refused(413, "file_too_large", "[limits] upload_bytes");
    let multipart = Multipart::default().file("a.txt", "text/plain", &large).request();
    multipart.send(&server).refused(413, "file_too_large", "[limits] upload_bytes");
    let json = Request::new("POST", "/v1/ocr/process").body("application/json", large);
    json.send(&server).refused(413, "file_too_large", "[limits] upload_bytes");
    server.assert_reads_on();
}

#[test]
fn a_chunked_body_is_read_like_any_other() {
    let server = small_server();
    let mut connection = server.connect();
    let file = sample("invoice.pdf");
    write!(connection, "{HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    for piece in file.chunks(700) {
        connection.write_all(&[format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()).unwrap();
    }
    connection.write_all(b"0\r\n\r\n").unwrap();
    assert!(answer(connection, "POST").content().contains("505.38"));
}

#[test]
fn a_body_that_stands_still_is_given_up() {
    let server = TestServer::with(|config| config.limits.body_idle = Duration::from_millis(500));
    let boundary = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 500\r\n\r\n--x\r\nContent-Disposition: form-data; ";
    let starts = [
        format!("{HEAD}content-length: 500\r\n\r\n%PDF-1.4\n"),
        format!("{HEAD}content-length: 500\r\n\r\n"),
        format!("{HEAD}transfer-encoding: chunked\r\n\r\n5\r\n%PDF-\r\n"),
        format!("POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\n{boundary}name=\"file\"\r\n\r\n%PDF"),
        "POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
            .to_owned(),
    ];
    let standing = starts.map(|start| {
        let mut connection = server.connect();
        connection.write_all(start.as_bytes()).unwrap();
        connection
    });
    for connection in standing {
        answer(connection, "POST").refused(408, "request_timeout", "stopped arriving");
    }
    server.assert_reads_on();
}

#[test]
fn a_header_that_stands_still_is_given_up() {
    let server = TestServer::with(|config| config.limits.body_idle = Duration::from_millis(500));
    let mut connection = server.connect();
    connection.write_all(b"POST /v1/ocr/process HTTP/1.1\r\nhost: local").unwrap();
    answer(connection, "POST").refused(408, "request_timeout", "header");
    server.assert_reads_on();
}

#[test]
fn a_body_that_breaks_off_harms_no_other_request() {
    let server = small_server();
    for start in [
        "content-length: 500\r\n\r\n%PDF-1.4\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n%PD",
        "content-length: 9\r\n\r\n",
    ] {
        let mut connection = server.connect();
        write!(connection, "{HEAD}{start}").unwrap();
        drop(connection);
    }
    server.assert_reads_on();
}

#[test]
fn one_connection_carries_several_requests() {
    let server = small_server();
    let mut connection = server.connect();
    for number in 0..3 {
        let text = format!("text number {number}");
        write!(
            connection,
            "POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{text}",
            text.len()
        )
        .unwrap();
        let reply = answer(connection.try_clone().unwrap(), "POST");
        assert_eq!(reply.content(), text);
    }
}

#[test]
fn a_client_that_waits_for_leave_to_send_gets_it() {
    let server = small_server();
    let mut connection = server.connect();
    write!(connection, "{HEAD}connection: close\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n").unwrap();
    let mut leave = [0; 25];
    connection.read_exact(&mut leave).unwrap();
    assert_eq!(String::from_utf8_lossy(&leave), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.write_all(b"plain text").unwrap();
    assert_eq!(answer(connection, "POST").content(), "plain text");
}

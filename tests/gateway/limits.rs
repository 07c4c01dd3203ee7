//! Limits on bytes, pages and pixels: whatever passes one is refused, and the sentence names it.

use mediary::config::{Bytes, Pixels};

use super::client::Multipart;
use super::craft::png_claiming;
use super::pdf::Pdf;
use super::server::{TestServer, sample, shared};

#[test]
fn ten_thousand_pages_are_refused_but_the_last_can_be_read_alone() {
    let texts: Vec<String> = (1..=10_000).map(|number| format!("page number {number}")).collect();
    let pdf = Pdf::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>()).bytes();
    let answer = shared().read(pdf.clone(), "");
    answer.refused(413, "file_too_large", "10000 pages are more than the limit of 2000");
    answer.refused(413, "file_too_large", "`pages`");
    answer.refused(413, "file_too_large", "[limits.document] pages");
    let answer = shared().read(pdf, "pages=9999").ok();
    assert_eq!(answer["content"], "page number 9999");
    assert_eq!(answer["media"]["pages"], 10_000);
}

#[test]
fn a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() {
    for (width, height) in [(20_000, 20_000), (30_001, 10), (4_000_000_000, 4_000_000_000), (0, 0)] {
        let answer = shared().read(png_claiming(width, height), "");
        let expected: &[u16] = if width == 0 { &[422] } else { &[413, 422] };
        assert!(expected.contains(&answer.status), "{width} × {height}: {answer}");
    }
    shared().read(png_claiming(20_000, 20_000), "").refused(413, "file_too_large", "[limits.image] pixels");
    shared().assert_reads_on();
}

#[test]
fn each_kind_of_file_has_a_limit_of_its_own() {
    let server = TestServer::with(|config| {
        config.limits.document.bytes = Bytes::new(2_000);
        config.limits.image.bytes = Bytes::new(1_000);
        config.limits.text.bytes = Bytes::new(100);
        config.limits.audio.bytes = Bytes::new(1_000);
        config.limits.image.pixels = Pixels::new(10_000);
        config.limits.document.pages = 2;
    });
    let rows = [
        (sample("invoice.pdf"), "2961 bytes and the limit is 2000", "[limits.document] bytes"),
        (sample("sign.png"), "the limit is 1000", "[limits.image] bytes"),
        (sample("note.txt"), "the limit is 100", "[limits.text] bytes"),
        (super::craft::wav(), "the limit is 1000", "[limits.audio] bytes"),
        (png_claiming(101, 100), "10000", "[limits.image] pixels"),
        (Pdf::of_texts(&["1", "2", "3"]).bytes(), "3 pages are more than the limit of 2", "[limits.document] pages"),
    ];
    for (file, what, key) in rows {
        let answer = server.read(file, "");
        answer.refused(413, "file_too_large", what);
        answer.refused(413, "file_too_large", key);
    }
    assert_eq!(server.read(Pdf::of_texts(&["small"]).bytes(), "").content(), "small");
    let both = Multipart::default()
        .file("large.txt", "text/plain", &[b'a'; 101])
        .file("small.txt", "text/plain", b"small")
        .request();
    let answer = both.send(&server).ok();
    assert_eq!(answer["data"][0]["error"]["code"], "file_too_large");
    assert_eq!(answer["data"][1]["content"], "small");
}

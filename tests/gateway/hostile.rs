//! Documents made to hang, crash or exhaust their reader. Each costs a worker at most; the server reads on.

use std::time::{Duration, Instant};

use mediary::config::Bytes;

use super::client::Answer;
use super::craft::zeros_mib;
use super::pdf::{Pdf, text_at};
use super::server::{TestServer, shared};

/// Longer than the time limit for a page, with what surrounds it and what other tests ask meanwhile.
const TOO_LONG: Duration = Duration::from_secs(120);

fn answered_in_time(server: &TestServer, name: &str, file: Vec<u8>, fields: &str) -> Answer {
    let started = Instant::now();
    let answer = server.read(file, fields);
    assert!(started.elapsed() < TOO_LONG, "{name} took {:?}", started.elapsed());
    answer
}

fn sized(entries: &str) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.page(entries, &text_at(100, 700, 24, "a page of unusual size"));
    pdf.bytes()
}

#[test]
fn a_page_of_any_size_is_drawn_within_limits() {
    let rows = [
        ("huge", "/MediaBox [0 0 75000 75000]"),
        ("huge by its unit", "/MediaBox [0 0 14400 14400] /UserUnit 75"),
        ("beyond measure", "/MediaBox [0 0 1e30 1e30]"),
        ("endlessly long", "/MediaBox [0 0 2 200000]"),
        ("tiny", "/MediaBox [0 0 0.01 0.01]"),
        ("of no size", "/MediaBox [0 0 0 0]"),
        ("inside out", "/MediaBox [595 842 0 0]"),
        ("of no numbers", "/MediaBox [/a /b null (c)]"),
        ("elsewhere", "/MediaBox [-90000 -90000 -80000 -80000]"),
    ];
    for (name, entries) in rows {
        for fields in ["", "force_ocr=true&dpi=600", "detail=words&dpi=600"] {
            let answer = answered_in_time(shared(), name, sized(entries), fields);
            assert!([200, 422].contains(&answer.status), "{name}: {answer}");
            if answer.status == 200 {
                let page = &answer.json()["pages"][0];
                let [width, height] = ["width_px", "height_px"].map(|side| page[side].as_u64().unwrap());
                assert!(width * height <= 16_100_000, "{name}: {width} × {height}");
                assert!((1..=12_001).contains(&width) && (1..=12_001).contains(&height), "{name}: {width} × {height}");
            }
        }
    }
    shared().assert_reads_on();
}

#[test]
fn a_page_tree_that_never_ends_is_left() {
    let tree = |text: &str| Pdf::of_texts(&["a page"]).replace_pages(text).bytes();
    let mut chain = Pdf::new();
    let first = chain.object("null");
    let second = chain.object(format!("<< /Type /Pages /Count 1 /Kids [{first} 0 R] >>"));
    chain.replace(first, format!("<< /Type /Pages /Count 1 /Kids [{second} 0 R] >>"));
    let mut deep = Pdf::new();
    let mut below = deep.page("", "");
    for _ in 0..20_000 {
        below = deep.object(format!("<< /Type /Pages /Count 1 /Kids [{below} 0 R] >>"));
    }
    let rows = [
        ("its own child", tree("<< /Type /Pages /Count 1 /Kids [2 0 R] >>")),
        ("many times its own child", tree("<< /Type /Pages /Count 99 /Kids [2 0 R 2 0 R 2 0 R] >>")),
        (
            "each other's child",
            chain.replace_pages(&format!("<< /Type /Pages /Count 1 /Kids [{first} 0 R] >>")).bytes(),
        ),
        ("very deep", deep.replace_pages(&format!("<< /Type /Pages /Count 1 /Kids [{below} 0 R] >>")).bytes()),
        ("a count that lies", tree("<< /Type /Pages /Count 2000000000 /Kids [5 0 R] >>")),
        ("a negative count", tree("<< /Type /Pages /Count -5 /Kids [5 0 R] >>")),
        ("its own count", tree("2 0 R")),
    ];
    for (name, file) in rows {
        let answer = answered_in_time(shared(), name, file, "");
        assert!([200, 413, 422].contains(&answer.status), "{name}: {answer}");
    }
    shared().assert_reads_on();
}

#[test]
fn content_that_calls_itself_is_left() {
    let form = |below: usize| {
        format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X {below} 0 R >> >>")
    };
    let mut own = Pdf::new();
    let own_number = 4;
    assert_eq!(own.stream(&form(own_number), "/X Do /X Do"), own_number);
    own.page(&format!("/Resources << /XObject << /X {own_number} 0 R >> >>"), "/X Do /X Do");
    // Ten forms, each of which draws the one below it ten times.
    let mut laughs = Pdf::new();
    let mut below = laughs.stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842]", "0 0 9 9 re f");
    for _ in 0..9 {
        below = laughs.stream(&form(below), "/X Do ".repeat(10));
    }
    laughs.page(&format!("/Resources << /XObject << /X {below} 0 R >> >>"), "/X Do");
    let mut brackets = Pdf::new();
    brackets.page("", &"[".repeat(1_000_000));
    let mut states = Pdf::new();
    states.page("", &"q ".repeat(1_000_000));
    let server = TestServer::with(|config| config.limits.document.page_time = Duration::from_secs(2));
    let rows = [("itself", own), ("ten to the ninth", laughs), ("brackets", brackets), ("states", states)];
    for (name, pdf) in rows {
        let answer = answered_in_time(&server, name, pdf.bytes(), "");
        assert!([200, 422, 504].contains(&answer.status), "{name}: {answer}");
    }
    server.assert_reads_on();
}

#[test]
fn a_bomb_is_stopped_by_the_memory_limit_of_the_worker() {
    let server = TestServer::with(|config| config.engines.pdfium.memory_bytes = Bytes::mega(500));
    let mut content = Pdf::new();
    let stream = content.stream("/Filter /FlateDecode", zeros_mib(2_000));
    content.page_of("", stream);
    let answer = answered_in_time(&server, "content", content.bytes(), "");
    answer.refused(422, "unreadable_file", "memory");
    answer.refused(422, "unreadable_file", "page 1");
    let mut picture = Pdf::new();
    let entries = "/Type /XObject /Subtype /Image /Width 40000 /Height 50000 /ColorSpace /DeviceRGB /BitsPerComponent 8 \
                   /Filter /FlateDecode";
    let image = picture.stream(entries, zeros_mib(6_000));
    picture.picture_page(image, (595, 842));
    let answer = answered_in_time(&server, "picture", picture.bytes(), "");
    assert!([200, 422, 504].contains(&answer.status), "{answer}");
    server.assert_reads_on();
}

#[test]
fn a_bomb_leaves_the_other_pages_readable() {
    let server = TestServer::with(|config| config.engines.pdfium.memory_bytes = Bytes::mega(500));
    let mut pdf = Pdf::of_texts(&["before the bomb"]);
    let stream = pdf.stream("/Filter /FlateDecode", zeros_mib(2_000));
    pdf.page_of("", stream);
    pdf.page("", &text_at(60, 700, 12, "behind the bomb"));
    let answer = server.read(pdf.bytes(), "").ok();
    assert_eq!(answer["status"], "partial", "{answer:#}");
    assert_eq!(answer["content"], "before the bomb\n\nbehind the bomb");
    assert!(answer["pages"][1]["error"].as_str().unwrap().contains("page 2"), "{answer:#}");
    assert_eq!(server.workers_lost(), 1);
}

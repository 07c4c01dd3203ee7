//! Files that cannot be read: of another kind, damaged, cut short, or without pages.

use super::craft::{elf, exe, wav};
use super::pdf::Pdf;
use super::server::{sample, shared};

#[test]
fn what_is_no_document_is_refused_by_name() {
    let rows: [(&str, Vec<u8>, &str); 7] = [
        ("a recording", wav(), "audio (wav)"),
        ("an archive of another kind", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "7-Zip"),
        ("a Windows program", exe(), "this is a"),
        ("a Linux program", elf(), "ELF"),
        ("an archive that is no archive", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), "gzip"),
        ("noise", (0..5_000_u32).map(|n| ((n * n * 31) >> 3) as u8).collect(), "no format that Mediary knows"),
        ("a video", b"\0\0\0\x18ftypisom\0\0\x02\0isommp42".to_vec(), "video (mp4)"),
    ];
    for (name, file, words) in rows {
        let answer = shared().read(file, "");
        assert_eq!(answer.status, 415, "{name}: {answer}");
        let (code, message) = answer.error();
        assert_eq!(code, "unsupported_media_type", "{name}");
        assert!(message.to_lowercase().contains(&words.to_lowercase()), "{name}: {message}");
        assert!(message.to_lowercase().contains("pdf"), "{name} is not told what to send: {message}");
    }
    shared().assert_reads_on();
}

#[test]
fn a_damaged_document_is_refused() {
    let pdf = sample("invoice.pdf");
    let mut unrooted = pdf.clone();
    let at = unrooted.windows(8).position(|window| window == b"/Catalog").expect("there is a catalog");
    unrooted[at..at + 8].copy_from_slice(b"/Catalan");
    let cut_tree = Pdf::new().replace_pages("<< /Type /Pages /Count 1 /Kids [9 0 R] >>").bytes();
    let rows: [(&str, Vec<u8>); 4] = [
        ("only a header", b"%PDF-1.7\n".to_vec()),
        ("a header and nonsense", [&b"%PDF-1.7\n"[..], &[0xA5; 4_000]].concat()),
        ("the beginning of a document", pdf[..200].to_vec()),
        ("a page that is not there", cut_tree),
    ];
    for (name, file) in rows {
        let answer = shared().read(file, "");
        assert_eq!(answer.status, 422, "{name}: {answer}");
        assert_eq!(answer.error().0, "unreadable_file", "{name}");
        assert!(answer.error().1.contains("save it anew"), "{name}: {answer}");
    }
    shared().assert_reads_on();
}

#[test]
fn a_document_without_pages_is_refused() {
    let empty = Pdf::new();
    let rows = [
        ("no kids", empty.bytes()),
        ("a null tree", empty.clone().replace_pages("null").bytes()),
        ("no list", empty.replace_pages("<< /Type /Pages /Count 0 >>").bytes()),
    ];
    for (name, file) in rows {
        let answer = shared().read(file, "");
        assert_eq!(answer.status, 422, "{name}: {answer}");
        assert_eq!(answer.error().0, "unreadable_file", "{name}");
    }
}

#[test]
fn a_document_that_was_cut_short_is_read_as_far_as_it_goes_or_refused() {
    let pdf = sample("invoice.pdf");
    for share in [95, 80, 50, 20] {
        let answer = shared().read(&pdf[..pdf.len() * share / 100], "");
        assert!([200, 422].contains(&answer.status), "{share} %: {answer}");
    }
    // Only the place of the table of contents is lost, which can be made up for.
    let answer = shared().read(&pdf[..pdf.len() - 20], "");
    assert!(answer.content().contains("505.38"), "{answer}");
    shared().assert_reads_on();
}

#[test]
fn a_damaged_picture_is_refused_or_read_as_far_as_it_goes() {
    for name in ["sign.png", "sign.gif", "sign.bmp", "sign.webp", "receipt.jpg", "letter.tiff", "cjk.png"] {
        let whole = sample(name);
        for share in [5, 50, 90] {
            let answer = shared().read(&whole[..whole.len() * share / 100], "");
            assert!([200, 415, 422].contains(&answer.status), "{name}, {share} %: {answer}");
        }
        let mut spoilt = whole;
        let middle = spoilt.len() / 2;
        spoilt[middle..middle + 40].fill(0xFF);
        let answer = shared().read(spoilt, "");
        assert!([200, 422].contains(&answer.status), "{name}, spoilt: {answer}");
    }
    shared().assert_reads_on();
}

#[test]
fn junk_before_and_behind_a_document_does_no_harm() {
    let file =
        [&b"HTTP headers that were saved along\r\n\r\n"[..], &sample("invoice.pdf"), b"\n<!-- more -->"].concat();
    assert!(shared().read(file, "").content().contains("505.38"));
}

#[test]
fn one_bad_page_does_not_spoil_the_others() {
    let mut pdf = Pdf::of_texts(&["the page before"]);
    let bad = pdf.page("", "");
    pdf.page("", &super::pdf::text_at(60, 700, 12, "the page behind"));
    pdf.replace(bad, "(no page at all)");
    let answer = shared().read(pdf.bytes(), "").ok();
    assert_eq!(answer["status"], "partial", "{answer:#}");
    assert_eq!(answer["pages"][0]["text"], "the page before");
    assert_eq!(answer["pages"][2]["text"], "the page behind");
    assert!(answer["pages"][1]["error"].as_str().unwrap().contains("page 2"), "{answer:#}");
    assert_eq!(answer["usage"]["pages_processed"], 2);
}

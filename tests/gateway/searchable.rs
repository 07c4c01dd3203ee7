//! Searchable PDFs: the pages as they were, their text behind them where it is seen, links and outlines kept.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::Value;

use super::client::Multipart;
use super::craft::{add_picture_page, converted};
use super::pdf::{Pdf, text_at};
use super::score::{collapsed, word_f1};
use super::server::{sample, shared, truth};

/// A file as searchable PDF.
fn searchable(file: impl Into<Vec<u8>>, fields: &str) -> Vec<u8> {
    let answer = shared().read(file, &format!("output=pdf&{fields}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/pdf")), "{answer}");
    assert!(answer.body.starts_with(b"%PDF-"), "{answer}");
    answer.body
}

/// What a PDF says itself, page by page.
fn own_text(pdf: &[u8], fields: &str) -> Vec<String> {
    let answer = shared().read(pdf, &format!("text_layer_only=true&output=text&{fields}")).ok();
    let pages = answer["pages"].as_array().expect("pages");
    pages.iter().map(|page| page["text"].as_str().expect("a text").to_owned()).collect()
}

fn letter() -> DynamicImage {
    image::load_from_memory_with_format(&sample("letter.tiff"), ImageFormat::Tiff).expect("the sample is a TIFF")
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.to_luma8().write_to(&mut bytes, ImageFormat::Png).expect("memory takes a PNG");
    bytes.into_inner()
}

/// Where the middle of a word is, as shares of the page.
fn place_of(file: &[u8], fields: &str, word: &str) -> (f64, f64) {
    let answer = shared().read(file, &format!("detail=words&{fields}")).ok();
    let page = &answer["pages"][0];
    let list = |value: &Value, name: &str| value[name].as_array().expect("it was asked for").clone();
    let lines = list(page, "blocks").into_iter().flat_map(|block| list(&block, "lines"));
    let found = lines
        .flat_map(|line| list(&line, "words"))
        .find(|found| found["text"].as_str().is_some_and(|text| text.contains(word)))
        .unwrap_or_else(|| unreachable!("{word} is not on {page:#}"));
    let middle = |from: usize, side: &str| {
        let edge = |place: usize| found["bbox"][place].as_f64().expect("a word has a box");
        f64::midpoint(edge(from), edge(from + 2)) / page[side].as_f64().expect("a page has a size")
    };
    (middle(0, "width_px"), middle(1, "height_px"))
}

#[test]
fn pictures_become_pages_that_say_what_they_show() {
    let pdf = searchable(sample("letter.tiff"), "");
    let truth = truth("letter.txt");
    let expected: Vec<&str> = truth.split('\u{c}').collect();
    let said = own_text(&pdf, "");
    assert_eq!(said.len(), expected.len());
    for (expected, said) in expected.iter().zip(&said) {
        assert!(word_f1(expected, said) >= 0.97, "{said}");
    }
    // And show it still.
    let seen = shared().read(pdf, "force_ocr=true&output=text").content();
    assert!(word_f1(&truth.replace('\u{c}', " "), &seen) >= 0.95, "{seen}");
}

#[test]
fn words_are_behind_their_pictures_whichever_way_up_the_page_is() {
    let upright = letter();
    let pages =
        [("upright", upright.clone()), ("on its side", upright.rotate90()), ("on its head", upright.rotate180())];
    for (name, page) in pages {
        let page = png(&page);
        let pdf = searchable(page.clone(), "");
        for word in ["specimens", "catalogue"] {
            let (seen, said) = (place_of(&page, "", word), place_of(&pdf, "text_layer_only=true", word));
            let is_near = (seen.0 - said.0).abs() < 0.03 && (seen.1 - said.1).abs() < 0.03;
            assert!(is_near, "{name}: {word} is seen at {seen:?} and said at {said:?}");
        }
    }
}

#[test]
fn any_script_can_be_searched() {
    for name in ["cjk", "japanese"] {
        let said = own_text(&searchable(sample(&format!("{name}.png")), ""), "").concat();
        let read = shared().read(sample(&format!("{name}.png")), "output=text").content();
        let characters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(characters(&said), characters(&read), "{name}");
    }
}

/// A document of a page with text and a page with a scan, with a link, an outline and page labels.
fn with_links() -> Pdf {
    let mut pdf = Pdf::new();
    let link = pdf.object(
        "<< /Type /Annot /Subtype /Link /Rect [60 690 300 720] /A << /S /URI /URI (https://example.org/terms) >> >>",
    );
    let annotations = format!("/Annots [{link} 0 R] /Resources << /Font << /F 3 0 R >> >>");
    let first = pdf.page(&annotations, &text_at(60, 700, 12, "See the terms that are linked here."));
    add_picture_page(&mut pdf, &sample("sign.png"));
    let outlines = pdf.object("");
    let entry = pdf.object(format!("<< /Title (The terms) /Parent {outlines} 0 R /Dest [{first} 0 R /Fit] >>"));
    pdf.replace(outlines, format!("<< /Type /Outlines /First {entry} 0 R /Last {entry} 0 R /Count 1 >>"));
    let labels = "/PageLabels << /Nums [0 << /S /r >>] >>";
    pdf.replace(1, format!("<< /Type /Catalog /Pages 2 0 R /Outlines {outlines} 0 R {labels} >>"));
    pdf
}

#[test]
fn a_document_keeps_its_text_links_outline_and_labels() {
    let pdf = searchable(with_links().bytes(), "");
    assert_eq!(
        own_text(&pdf, "").iter().map(|text| collapsed(text)).collect::<Vec<_>>(),
        ["See the terms that are linked here.", "Platform 9 closes at 21:45"]
    );
    let written = String::from_utf8_lossy(&pdf);
    for kept in ["https://example.org/terms", "(The terms)", "/PageLabels"] {
        assert!(written.contains(kept), "{kept} is gone");
    }
}

#[test]
fn all_pages_stay_and_those_that_were_read_can_be_searched() {
    let mut pdf = Pdf::new();
    add_picture_page(&mut pdf, &sample("sign.png"));
    add_picture_page(&mut pdf, &sample("sign.png"));
    let said = own_text(&searchable(pdf.bytes(), "pages=2"), "");
    assert_eq!(said.iter().map(|text| collapsed(text)).collect::<Vec<_>>(), ["", "Platform 9 closes at 21:45"]);
}

#[test]
fn a_locked_document_is_written_with_its_password() {
    let mut pdf = Pdf::new();
    add_picture_page(&mut pdf, &sample("sign.png"));
    let locked = pdf.encrypted("open sesame");
    let pdf = searchable(locked, "password=open+sesame");
    assert_eq!(collapsed(&own_text(&pdf, "password=open+sesame").concat()), "Platform 9 closes at 21:45");
}

#[test]
fn what_has_no_pages_or_is_several_files_is_refused() {
    shared().read("just a text", "output=pdf").refused(400, "invalid_request", "no pages to make searchable");
    let sign = converted(&sample("sign.png"), ImageFormat::Jpeg);
    let two = Multipart::default().file("a.jpg", "image/jpeg", &sign).file("b.jpg", "image/jpeg", &sign);
    let refused = two.field("output", "pdf").request().send(shared());
    refused.refused(400, "invalid_request", "send them one by one");
}

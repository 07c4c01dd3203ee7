//! The recipe `read-document` on doubtful pages: text and pictures on one page, invisible text, ink without text.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::client::reading;
use super::craft::{converted, png_of};
use super::pdf::{Pdf, text_at};
use super::score::{collapsed, word_f1};
use super::server::{sample, shared, truth};

fn attempts(answer: &Value) -> Vec<String> {
    let attempts = answer["attempts"].as_array().expect("attempts are listed");
    let field = |attempt: &Value, name: &str| attempt[name].as_str().unwrap_or_default().to_owned();
    attempts
        .iter()
        .map(|attempt| {
            format!("{} {} {}", field(attempt, "engine"), field(attempt, "outcome"), field(attempt, "reason"))
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// A page of A4 with own text above and below a picture, 400 × 75 points large.
fn page_around(picture: &[u8]) -> Vec<u8> {
    let decoded = image::load_from_memory(picture).expect("a sample can be decoded");
    let mut pdf = Pdf::new();
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceRGB /BitsPerComponent 8 \
         /Filter /DCTDecode",
        decoded.width(),
        decoded.height()
    );
    let image = pdf.stream(&entries, converted(picture, ImageFormat::Jpeg));
    let resources = format!("/Resources << /Font << /F 3 0 R >> /XObject << /I {image} 0 R >> >>");
    let above = text_at(60, 760, 12, "The notice below was photographed at the station this morning.");
    let below = text_at(60, 500, 12, "Passengers are asked to allow for some more time than usual.");
    pdf.page(&resources, &format!("{above}q 400 0 0 75 60 600 cm /I Do Q\n{below}"));
    pdf.bytes()
}

#[test]
fn own_text_stays_and_pictures_beside_it_are_read() {
    let answer = shared().read(page_around(&sample("sign.png")), "output=text&detail=words").ok();
    let page = &answer["pages"][0];
    assert_eq!(page["source"], "mixed", "{answer:#}");
    let expected = "The notice below was photographed at the station this morning. Platform 9 closes at 21:45 \
                    Passengers are asked to allow for some more time than usual.";
    assert_eq!(collapsed(answer["content"].as_str().unwrap()), expected);
    assert_eq!(attempts(&answer), ["text-layer accepted", "local/paddleocr accepted part_of_page"]);
    // The sign stands where the picture is: 60 to 460 points from the left, 167 to 242 from the top, at 200 DPI.
    let sign = page["blocks"].as_array().unwrap().iter().find(|block| !block["confidence"].is_null()).unwrap();
    let edge = |place: usize| sign["bbox"][place].as_f64().unwrap() * 72.0 / 200.0;
    assert!(edge(0) >= 58.0 && edge(2) <= 462.0 && edge(1) >= 165.0 && edge(3) <= 244.0, "{sign:#}");
}

#[test]
fn a_picture_without_text_changes_nothing() {
    let meadow = RgbImage::from_fn(400, 75, |x, y| Rgb([60 + (x / 8) as u8, 160 - y as u8, 70]));
    let answer = shared().read(page_around(&png_of(&meadow)), "output=text").ok();
    assert_eq!(answer["pages"][0]["source"], "text_layer", "{answer:#}");
    assert_eq!((&answer["status"], &answer["needs_ocr"]), (&json!("success"), &json!(false)));
}

/// The first page of the letter as a scan with these lines of invisible text on it, at the places of its own.
fn scan_with_layer(lines: &[&str]) -> Vec<u8> {
    let letter = image::load_from_memory_with_format(&sample("letter.tiff"), ImageFormat::Tiff);
    let letter = letter.expect("the sample is a TIFF");
    let (width, height) = (letter.width(), letter.height());
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(letter.to_luma8()).write_to(&mut png, ImageFormat::Png).expect("memory takes a PNG");
    let mut pdf = Pdf::new();
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 \
         /Filter /DCTDecode"
    );
    let image = pdf.stream(&entries, converted(png.get_ref(), ImageFormat::Jpeg));
    let resources =
        format!("/MediaBox [0 0 {width} {height}] /Resources << /Font << /F 3 0 R >> /XObject << /I {image} 0 R >> >>");
    let text: String =
        (0..).zip(lines).map(|(number, line)| text_at(110, height - 130 - 96 * number, 38, line)).collect();
    pdf.page(&resources, &format!("q {width} 0 0 {height} 0 0 cm /I Do Q\n3 Tr\n{text}"));
    pdf.bytes()
}

#[test]
fn invisible_text_is_kept_if_it_says_what_the_page_shows() {
    let letter = truth("letter.txt");
    let first = letter.split('\u{c}').next().unwrap();
    let lines: Vec<&str> = first.lines().collect();
    let answer = shared().read(scan_with_layer(&lines), "output=text").ok();
    assert_eq!(attempts(&answer).last().unwrap(), "text-layer accepted agrees_with_sample", "{answer:#}");
    assert_eq!(answer["pages"][0]["source"], "text_layer");
    assert_eq!(collapsed(answer["content"].as_str().unwrap()), collapsed(first));
}

#[test]
fn invisible_text_that_says_something_else_is_not_believed() {
    let wrong = ["Pay the bearer of this letter a thousand pounds at once."; 7];
    let answer = shared().read(scan_with_layer(&wrong), "output=text").ok();
    let tried = attempts(&answer);
    assert!(tried.contains(&"text-layer rejected invisible_text".to_owned()), "{tried:?}");
    assert_eq!(tried.last().unwrap(), "local/paddleocr accepted");
    let letter = truth("letter.txt");
    let first = letter.split('\u{c}').next().unwrap();
    assert!(word_f1(first, answer["content"].as_str().unwrap()) >= 0.95, "{answer:#}");
}

/// A drawing: hills against the sky, which are no letters.
fn drawing() -> Vec<u8> {
    let is_hill = |x: u32, y: u32| f64::from(y) > 420.0 + 70.0 * (f64::from(x) / 110.0).sin();
    png_of(&RgbImage::from_fn(800, 600, |x, y| Rgb([if is_hill(x, y) { 20 } else { 250 }; 3])))
}

#[test]
fn ink_without_text_is_never_taken_for_an_empty_page() {
    let alone = shared().read(drawing(), "").ok();
    assert_eq!(
        (&alone["status"], &alone["needs_ocr"], &alone["content"]),
        (&json!("no_text"), &json!(true), &json!(""))
    );
    assert_eq!(alone["pages"][0]["reasons"], json!(["ink_without_text"]), "{alone:#}");
    let bare = reading(drawing(), "").header("accept", "text/plain").send(shared());
    assert_eq!((bare.status, bare.header("x-mediary-status"), bare.text()), (200, Some("no_text"), ""));
    // Beside a page with text it is a page that may want another reader.
    let mut pdf = Pdf::of_texts(&["A page of text that was never printed."]);
    super::craft::add_picture_page(&mut pdf, &drawing());
    let answer = shared().read(pdf.bytes(), "").ok();
    assert_eq!((&answer["status"], &answer["needs_ocr"]), (&json!("partial"), &json!(true)));
    assert_eq!(answer["pages"][1]["reasons"], json!(["ink_without_text"]), "{answer:#}");
    assert_eq!(answer["pages"][0]["needs_ocr"], false);
}

//! Pictures of PDFs: scans cut into bands, pictures that are damaged, sheets larger than any desk, and documents that have
//! lost what says where their objects are.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{GrayImage, ImageFormat};
use serde_json::{Value, json};

use super::fields::attempts;
use super::pdf::{Pdf, text_at};
use super::score::{collapsed, word_f1};
use super::server::{sample, shared, truth};

const GRAY: &str = "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8";

fn read(pdf: &Pdf) -> Value {
    shared().read(pdf.bytes(), "output=text").ok()
}

fn text(answer: &Value) -> &str {
    answer["content"].as_str().expect("the text")
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn gray(pdf: &mut Pdf, picture: &GrayImage) -> usize {
    let entries = format!("{GRAY} /Width {} /Height {} /Filter /FlateDecode", picture.width(), picture.height());
    pdf.stream(&entries, deflated(picture.as_raw()))
}

/// The first page of the letter.
fn letter() -> GrayImage {
    image::load_from_memory_with_format(&sample("letter.tiff"), ImageFormat::Tiff).expect("a TIFF").to_luma8()
}

/// The letter as a scan in bands of so many rows, with these lines of text and their way of being drawn before it.
fn in_bands(rows: u32, before: &str, in_form: bool) -> Pdf {
    let letter = letter();
    let (width, height) = (letter.width(), letter.height());
    let mut pdf = Pdf::new();
    let (mut names, mut drawn) = (String::new(), String::new());
    for (band, top) in (0..height).step_by(rows as usize).enumerate() {
        let rows = rows.min(height - top);
        let part = image::imageops::crop_imm(&letter, 0, top, width, rows).to_image();
        let image = gray(&mut pdf, &part);
        names += &format!("/B{band} {image} 0 R ");
        drawn += &format!("q {width} 0 0 {rows} 0 {} cm /B{band} Do Q\n", height - top - rows);
    }
    let (names, drawn) = match in_form {
        false => (names, drawn),
        true => {
            // Half as large in its own frame.
            let entries = format!(
                "/Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Matrix [.5 0 0 .5 0 0] \
                 /Resources << /XObject << {names} >> >>"
            );
            let form = pdf.stream(&entries, drawn);
            (format!("/X {form} 0 R"), "q 2 0 0 2 0 0 cm /X Do Q".to_owned())
        }
    };
    let entries =
        format!("/MediaBox [0 0 {width} {height}] /Resources << /Font << /F 3 0 R >> /XObject << {names} >> >>");
    pdf.page(&entries, &(before.to_owned() + &drawn));
    pdf
}

#[test]
fn a_scan_in_bands_is_a_scan_and_text_beneath_it_is_doubted() {
    let letter = truth("letter.txt");
    let first = letter.split('\u{c}').next().unwrap();
    let wrong = "Pay the bearer of this letter a thousand pounds at once.";
    let beneath: String = (0..7).map(|line| text_at(110, 700 - 96 * line, 38, wrong)).collect();
    for (rows, in_form) in [(37, false), (64, true)] {
        let answer = read(&in_bands(rows, &beneath, in_form));
        let tried = attempts(&answer);
        assert!(tried.contains(&"text-layer rejected invisible_text".to_owned()), "{rows}: {tried:?}");
        assert!(word_f1(first, text(&answer)) >= 0.95, "{rows}: {answer:#}");
        assert!(!text(&answer).contains("bearer"), "{rows}: {answer:#}");
    }
}

/// A page that is a picture of these data, turned as told, with some text on it.
fn picture_page(entries: &str, data: Vec<u8>, (turned, words): (u32, &str)) -> Pdf {
    let mut pdf = Pdf::new();
    let image = pdf.stream(&format!("{GRAY} /Width 1000 /Height 1400 {entries}"), data);
    let page = format!("/Rotate {turned} /Resources << /Font << /F 3 0 R >> /XObject << /I {image} 0 R >> >>");
    pdf.page(&page, &format!("q 595 0 0 842 0 0 cm /I Do Q {words}"));
    pdf
}

#[test]
fn a_page_whose_picture_is_damaged_is_never_called_blank_or_read() {
    let noise: Vec<u8> = (0..1_400_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut cut = deflated(&noise);
    cut.truncate(cut.len() / 5);
    let no_jpeg = || b"no data of this kind at all".to_vec();
    let stamp = text_at(400, 20, 9, "BATES 000417");
    let rows = [
        ("no JPEG", "/Filter /DCTDecode", no_jpeg(), (0, "")),
        ("no JPEG, turned", "/Filter /DCTDecode", no_jpeg(), (90, "")),
        ("no JPEG, with a stamp", "/Filter /DCTDecode", no_jpeg(), (0, stamp.as_str())),
        ("an unknown filter", "/Filter /Unknown", no_jpeg(), (270, "")),
        ("no JPEG 2000", "/Filter /JPXDecode", no_jpeg(), (0, "")),
        ("cut off", "/Filter /FlateDecode", cut, (0, "")),
        ("too short", "", vec![0; 100], (180, "")),
    ];
    for (name, entries, data, page) in rows {
        let answer = read(&picture_page(entries, data, page));
        // What is left of one that was cut off is ink.
        let status = if name == "cut off" { "no_text" } else { "partial" };
        assert_eq!((&answer["status"], &answer["needs_ocr"]), (&json!(status), &json!(true)), "{name}: {answer:#}");
        let reasons = answer["pages"][0]["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!("unread_pictures")), "{name}: {answer:#}");
    }
}

#[test]
fn a_white_scan_is_blank_and_a_damaged_picture_beside_text_is_named() {
    let white = picture_page("/Filter /FlateDecode", deflated(&vec![255; 1_400_000]), (90, ""));
    let answer = read(&white);
    assert_eq!((&answer["status"], &answer["needs_ocr"]), (&json!("blank"), &json!(false)), "{answer:#}");
    let mut pdf = Pdf::new();
    let image = pdf.stream(&format!("{GRAY} /Width 300 /Height 300 /Filter /DCTDecode"), b"no JPEG".as_slice());
    let words = "Ferries to the outer islands leave from the east pier every second hour in summer.";
    pdf.page(
        &format!("/Resources << /Font << /F 3 0 R >> /XObject << /I {image} 0 R >> >>"),
        &format!("{} q 200 0 0 200 100 300 cm /I Do Q", text_at(60, 760, 12, words)),
    );
    let answer = read(&pdf);
    assert_eq!((text(&answer), &answer["status"]), (words, &json!("partial")), "{answer:#}");
    assert_eq!(answer["pages"][0]["reasons"], json!(["unread_pictures"]));
}

#[test]
fn small_lettering_on_a_scanned_sheet_is_read() {
    // A1 at 200 DPI, which is more than a page may have: at that the letters were a third smaller.
    let (width, height) = (6_622, 4_677);
    let sign = image::load_from_memory(&sample("sign.png")).expect("a sample can be decoded");
    let sign = sign.resize(400, 400, image::imageops::FilterType::Triangle).to_luma8();
    let mut sheet = GrayImage::from_pixel(width, height, *sign.get_pixel(0, 0));
    image::imageops::replace(&mut sheet, &sign, 6_000, 4_200);
    let mut pdf = Pdf::new();
    let image = gray(&mut pdf, &sheet);
    let entries = format!("/MediaBox [0 0 2384 1684] /Resources << /XObject << /I {image} 0 R >> >>");
    pdf.page(&entries, "q 2384 0 0 1684 0 0 cm /I Do Q");
    let answer = read(&pdf);
    assert_eq!(text(&answer).trim(), truth("sign.txt").trim(), "{answer:#}");
    let page = &answer["pages"][0];
    assert!(page["width_px"].as_u64() > Some(6_500) && page["dpi"] == 200, "{page:#}");
}

#[test]
fn a_document_whose_objects_are_packed_is_read_without_a_table_and_a_trailer() {
    let words = "Ferries to the outer islands leave from the east pier.";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents 5 0 R >>",
    ];
    let (mut head, mut body) = (String::new(), String::new());
    for (number, object) in (1..).zip(objects) {
        head += &format!("{number} {} ", body.len());
        body += &format!("{object} ");
    }
    let content = text_at(60, 760, 12, words);
    let packed = deflated(format!("{head}{body}").as_bytes());
    let mut file = Cursor::new(Vec::new());
    write!(
        file,
        "%PDF-1.5\n5 0 obj\n<< /Length {} >>\nstream\n{content}\nendstream\nendobj\n6 0 obj\n<< /Type /ObjStm /N 4 \
         /First {} /Length {} /Filter /FlateDecode >>\nstream\n",
        content.len(),
        head.len(),
        packed.len()
    )
    .expect("memory takes it");
    let bytes = [file.into_inner(), packed, b"\nendstream\nendobj\n".to_vec()].concat();
    let answer = shared().read(bytes, "output=text").ok();
    assert_eq!(text(&answer), words);
}

#[test]
fn letters_of_other_scripts_that_are_unlikely_are_held_against_the_pixels() {
    let words = "Ferries to the outer islands leave from the east pier every second hour in summer.";
    // Each letter is said to be one of another alphabet.
    for first in ["0411", "05B0", "0350", "4E21", "AC21"] {
        let mut pdf = Pdf::new();
        let map = format!(
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def\n1 begincodespacerange <00> \
             <ff> endcodespacerange\n1 beginbfrange <21> <7a> <{first}> endbfrange\nendcmap end end"
        );
        let map = pdf.stream("", map);
        let font = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding";
        pdf.replace(3, format!("<< {font} /ToUnicode {map} 0 R >>"));
        pdf.page("", &text_at(60, 760, 12, words));
        let answer = read(&pdf);
        assert!(collapsed(text(&answer)).contains("Ferries to the outer islands"), "{first}: {answer:#}");
        assert_eq!(answer["status"], "ocr_success", "{first}: {answer:#}");
    }
}

#[test]
fn a_stencil_without_ink_is_no_damage() {
    let mut pdf = Pdf::new();
    let mask = "/Type /XObject /Subtype /Image /ImageMask true /BitsPerComponent 1 /Width 800 /Height 1200";
    let image = pdf.stream(&format!("{mask} /Filter /FlateDecode"), deflated(&vec![255; 100 * 1200]));
    pdf.page(&format!("/Resources << /XObject << /I {image} 0 R >> >>"), "q 595 0 0 842 0 0 cm /I Do Q");
    let answer = read(&pdf);
    assert_eq!(answer["status"], "blank", "{answer:#}");
}

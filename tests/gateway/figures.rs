//! Figures and formulas: their places, their captions and their pictures, on pages drawn here and on pictures of such pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::cli::mediary;
use super::client::Request;
use super::craft::{converted, png_of};
use super::pdf::{Pdf, text_at};
use super::server::{TestServer, sample, shared};

const CAPTION: &str = "Figure 1. The pier at low tide";

/// A photograph of sorts: no two places of it are alike.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 255 / width) as u8, (y * 200 / height) as u8, ((x * y / 40) % 160) as u8])
    })
}

/// Lines of text from this height down, in points.
fn paragraph(from: u32) -> String {
    let line = "The harbour was built in a year of storms, and its walls have stood ever since.";
    (0..5).map(|row| text_at(60, from - 16 * row, 11, line)).collect()
}

/// A page with a photograph above its caption, a curve, a small logo, a ruled box and a shade.
fn page() -> Pdf {
    let mut pdf = Pdf::new();
    let entries = "/Type /XObject /Subtype /Image /Width 300 /Height 200 /ColorSpace /DeviceRGB /BitsPerComponent 8 \
                   /Filter /DCTDecode";
    let picture = pdf.stream(entries, converted(&png_of(&photograph(300, 200)), image::ImageFormat::Jpeg));
    let resources = format!("/Resources << /Font << /F 3 0 R >> /XObject << /I {picture} 0 R >> >>");
    let content = [
        paragraph(780),
        "q 300 0 0 200 140 480 cm /I Do Q\n".to_owned(),
        text_at(200, 462, 9, CAPTION),
        // A logo, and a frame around a line.
        "q 20 0 0 15 540 810 cm /I Do Q\n0.5 w 60 395 470 30 re S\n".to_owned(),
        text_at(70, 405, 11, "The frame around these words is no figure at all, whatever it is drawn with."),
        // A curve between its axes.
        "1 w 150 200 m 150 360 l S 150 200 m 450 200 l S\n\
         150 210 m 200 350 250 350 300 280 c S 300 280 m 350 210 400 340 445 350 c S\n"
            .to_owned(),
        paragraph(160),
    ];
    pdf.page(&resources, &content.concat());
    pdf
}

fn corners(image: &Value) -> [f64; 4] {
    ["top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"]
        .map(|name| image[name].as_f64().unwrap_or(f64::NAN))
}

/// Whether a place in pixels of 200 DPI is one in points from the lower left corner of A4.
#[track_caller]
fn assert_at(found: [f64; 4], [left, bottom, right, top]: [f64; 4], slack: f64) {
    let scale = 200.0 / 72.0;
    let expected = [left, 842.0 - top, right, 842.0 - bottom].map(|points| points * scale);
    let is_near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= slack);
    assert!(is_near, "found {found:.0?}, expected {expected:.0?}");
}

#[track_caller]
fn jpeg(data_url: &Value) -> RgbImage {
    let data = data_url.as_str().and_then(|url| url.strip_prefix("data:image/jpeg;base64,"));
    let bytes = data.and_then(|data| STANDARD.decode(data).ok()).unwrap_or_default();
    image::load_from_memory(&bytes).map(|picture| picture.to_rgb8()).unwrap_or_default()
}

fn mistral(server: &TestServer, file: &[u8], fields: &Value) -> Value {
    let url = format!("data:application/pdf;base64,{}", STANDARD.encode(file));
    let mut body = json!({ "document": { "type": "document_url", "document_url": url } });
    for (field, value) in fields.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    Request::new("POST", "/v1/ocr").body("application/json", body.to_string()).send(server).ok()
}

#[test]
fn figures_of_a_page_have_places_captions_and_pictures() {
    let answer = shared().read(page().bytes(), "detail=lines&images=true").ok();
    let page = &answer["pages"][0];
    let images = page["images"].as_array().unwrap();
    let ids: Vec<&str> = images.iter().filter_map(|image| image["id"].as_str()).collect();
    assert_eq!(ids, ["img-0.jpeg", "img-1.jpeg"], "{page:#}");
    assert_at(corners(&images[0]), [140.0, 480.0, 440.0, 680.0], 4.0);
    assert_at(corners(&images[1]), [150.0, 200.0, 450.0, 360.0], 12.0);
    let picture = jpeg(&images[0]["image_base64"]);
    let [left, top, right, bottom] = corners(&images[0]);
    assert_eq!((f64::from(picture.width()), f64::from(picture.height())), (right - left, bottom - top));
    // Red grows to the right in it, and nothing of the page around it is there.
    let red = |x: u32| picture.get_pixel(x, picture.height() / 2).0[0];
    assert!(red(picture.width() / 10) < 60 && red(picture.width() * 9 / 10) > 200, "{images:#?}");
    let blocks = page["blocks"].as_array().unwrap();
    let figure = blocks.iter().position(|block| block["image_id"] == "img-0.jpeg").unwrap();
    assert_eq!(blocks[figure]["kind"], "figure");
    let caption = blocks.iter().find(|block| block["lines"][0]["text"] == CAPTION).unwrap();
    assert_eq!(caption["caption_of"], figure);
    let content = answer["content"].as_str().unwrap();
    let escaped = CAPTION.replace('.', "\\.");
    let named = [CAPTION, &escaped].iter().any(|said| content.contains(&format!("![{said}](img-0.jpeg)\n\n")));
    assert!(named, "{content}");
    assert!(content.find("img-0.jpeg") < content.find("img-1.jpeg"), "{content}");
}

#[test]
fn without_images_there_are_places_only() {
    let answer = shared().read(page().bytes(), "detail=lines").ok();
    let read = &answer["pages"][0];
    assert_eq!(read.get("images"), None);
    let figures = read["blocks"].as_array().unwrap().iter().filter(|block| block["kind"] == "figure").count();
    assert_eq!(figures, 2, "{read:#}");
    let plain = shared().read(sample("invoice.pdf"), "images=true").ok();
    assert_eq!(plain["pages"][0].get("images"), None, "an invoice has no figures");
    shared().read(page().bytes(), "images=true&output=pdf").refused(400, "invalid_request", "leave `images` out");
}

#[test]
fn mistral_names_and_limits_them_in_its_words() {
    let bytes = page().bytes();
    let page = mistral(shared(), &bytes, &json!({}))["pages"][0].clone();
    assert!(page["markdown"].as_str().unwrap().contains("\n\n![img-0.jpeg](img-0.jpeg)\n\n"), "{page:#}");
    assert_eq!(page["images"].as_array().map(Vec::len), Some(2), "{page:#}");
    assert_eq!(
        (&page["images"][0]["image_base64"], &page["images"][0]["image_annotation"]),
        (&Value::Null, &Value::Null)
    );
    let kinds: Vec<&str> =
        page["blocks"].as_array().unwrap().iter().filter_map(|block| block["type"].as_str()).collect();
    assert!(kinds.windows(2).any(|pair| pair == ["image", "caption"]), "{kinds:?}");
    let page =
        mistral(shared(), &bytes, &json!({ "include_image_base64": true, "image_limit": 1 }))["pages"][0].clone();
    assert_eq!(page["images"].as_array().map(Vec::len), Some(1), "{page:#}");
    assert!(jpeg(&page["images"][0]["image_base64"]).width() > 800, "{page:#}");
    assert!(!page["markdown"].as_str().unwrap().contains("img-1.jpeg"), "{page:#}");
    // The curve is 160 points high, the photograph 200.
    let page = mistral(shared(), &bytes, &json!({ "image_min_size": 500 }))["pages"][0].clone();
    assert_eq!(page["images"].as_array().map(Vec::len), Some(1), "{page:#}");
}

/// A scan of some words above a photograph.
fn scanned() -> Vec<u8> {
    let letters = image::load_from_memory(&sample("sign.png")).map(|picture| picture.to_rgb8()).unwrap_or_default();
    let mut sheet = RgbImage::from_pixel(1654, 2339, Rgb([250; 3]));
    image::imageops::replace(&mut sheet, &letters, 300, 200);
    image::imageops::replace(&mut sheet, &photograph(800, 600), 400, 1200);
    png_of(&sheet)
}

#[test]
fn a_photograph_on_a_scan_is_a_figure() {
    let answer = shared().read(scanned(), "detail=lines&images=true").ok();
    let page = &answer["pages"][0];
    let images = page["images"].as_array().unwrap();
    let found = images.iter().map(corners).find(|[_, top, ..]| *top > 1000.0).unwrap();
    let near = found.iter().zip([400.0, 1200.0, 1200.0, 1800.0]).all(|(a, b)| (a - b).abs() <= 20.0);
    assert!(near, "{found:?}");
    assert!(answer["content"].as_str().unwrap().contains("](img-"), "{answer:#}");
}

#[test]
fn a_formula_is_marked_and_stays_as_it_was_read() {
    let mut pdf = Pdf::new();
    let face = pdf.object("<< /Type /Font /Subtype /Type1 /BaseFont /CMMI10 /Encoding /WinAnsiEncoding >>");
    let resources = format!("/Resources << /Font << /F 3 0 R /M {face} 0 R >> >>");
    let formula = "BT /M 11 Tf 240 640 Td (E = m c + p q) Tj ET\n";
    pdf.page(&resources, &[paragraph(780), formula.to_owned(), paragraph(600)].concat());
    let bytes = pdf.bytes();
    let answer = shared().read(bytes.clone(), "detail=lines").ok();
    let blocks = answer["pages"][0]["blocks"].as_array().unwrap();
    let formula = blocks.iter().find(|block| block["kind"] == "formula").unwrap();
    assert_eq!((&formula["lines"][0]["text"], &formula["is_tex"]), (&json!("E = m c + p q"), &json!(false)));
    assert!(answer["content"].as_str().unwrap().contains("\n\n```formula\nE = m c + p q\n```\n\n"), "{answer:#}");
    let page = mistral(shared(), &bytes, &json!({}))["pages"][0].clone();
    let equation = page["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "equation").unwrap();
    assert_eq!(equation["content"], "E = m c + p q");
}

#[test]
fn the_command_line_writes_pictures_under_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let (pdf, images) = (folder.path().join("page.pdf"), folder.path().join("images"));
    std::fs::write(&pdf, page().bytes()).unwrap();
    let arguments = ["ocr", pdf.to_str().unwrap(), "--images", images.to_str().unwrap()];
    let done = mediary(&arguments).output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && text.contains("](img-1.jpeg)"), "{done:?}");
    let picture = image::open(images.join("img-0.jpeg")).unwrap();
    assert!(picture.width() > picture.height() && images.join("img-1.jpeg").exists());
}

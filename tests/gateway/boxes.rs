//! Where text is said to be: nested as it should be, and where it lies on the page.

use serde_json::Value;

use super::client::Answer;
use super::pdf::{Pdf, text_at};
use super::server::{sample, shared};

/// Left, top, right, bottom as shares of the page.
type Place = [f64; 4];

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| unreachable!("no {name} in {value:#}"))
}

fn corners(item: &Value) -> [f64; 4] {
    let mut numbers = list(item, "bbox").iter().map(|number| number.as_f64().expect("a number"));
    std::array::from_fn(|_| numbers.next().expect("four corners"))
}

fn lines(page: &Value) -> impl Iterator<Item = &Value> {
    list(page, "blocks").iter().flat_map(|block| list(block, "lines"))
}

/// Where the one word is that holds this text.
fn place_of(page: &Value, text: &str) -> Place {
    let holds = |word: &&Value| word["text"].as_str().unwrap_or_default().contains(text);
    let found: Vec<&Value> = lines(page).flat_map(|line| list(line, "words")).filter(holds).collect();
    assert_eq!(found.len(), 1, "`{text}` among the words of {page:#}");
    let size = ["width_px", "height_px"].map(|side| page[side].as_f64().expect("a number"));
    let [left, top, right, bottom] = corners(found[0]);
    [left / size[0], top / size[1], right / size[0], bottom / size[1]]
}

#[track_caller]
fn assert_near(found: Place, expected: Place, tolerance: f64) {
    let near = found.iter().zip(&expected).all(|(one, other)| (one - other).abs() <= tolerance);
    assert!(near, "found {found:.3?}, expected {expected:.3?}");
}

/// Whether one box lies within another, up to the rounding of pixels.
fn is_within(inner: [f64; 4], outer: [f64; 4]) -> bool {
    const SLACK_PX: f64 = 1.5;
    let [left, top, right, bottom] = outer;
    let ordered = inner[0] < inner[2] && inner[1] < inner[3];
    ordered
        && inner[0] >= left - SLACK_PX
        && inner[1] >= top - SLACK_PX
        && inner[2] <= right + SLACK_PX
        && inner[3] <= bottom + SLACK_PX
}

/// Words lie in their line, lines in their block, blocks on the page; the words make up the line.
#[track_caller]
fn assert_nested(answer: &Answer) {
    for page in list(&answer.ok(), "pages") {
        let sheet = [0.0, 0.0, page["width_px"].as_f64().unwrap_or(0.0), page["height_px"].as_f64().unwrap_or(0.0)];
        assert!(!list(page, "blocks").is_empty(), "{page:#}");
        for block in list(page, "blocks") {
            assert!(is_within(corners(block), sheet), "{sheet:?} does not hold {block:#}");
            for line in list(block, "lines") {
                assert!(is_within(corners(line), corners(block)), "a line outside its block: {block:#}");
                let words = list(line, "words");
                assert!(words.iter().all(|word| is_within(corners(word), corners(line))), "a word outside: {line:#}");
                let texts: Vec<&str> = words.iter().filter_map(|word| word["text"].as_str()).collect();
                let spoken: Vec<&str> = line["text"].as_str().unwrap_or_default().split_whitespace().collect();
                assert_eq!(texts.join(" "), spoken.join(" "));
            }
        }
    }
}

#[test]
fn words_lie_in_their_lines_and_lines_on_the_page() {
    for name in ["invoice.pdf", "invoice-scan.pdf", "receipt.jpg", "letter.tiff", "sign.webp"] {
        assert_nested(&shared().read(sample(name), "detail=words"));
    }
}

#[test]
fn a_word_is_found_where_it_is_printed_by_every_way_of_reading() {
    // The invoice sets its total at (470, 418) of 595.28 × 841.89 points, 11 points high.
    let expected = [470.0 / 595.28, 1.0 - 427.0 / 841.89, 508.0 / 595.28, 1.0 - 416.0 / 841.89];
    let rows = [
        ("invoice.pdf", "detail=words"),
        ("invoice.pdf", "detail=words&force_ocr=true"),
        ("invoice.pdf", "detail=words&dpi=72"),
        ("invoice-scan.pdf", "detail=words"),
    ];
    for (name, fields) in rows {
        let answer = shared().read(sample(name), fields).ok();
        assert_near(place_of(&answer["pages"][0], "505.38"), expected, 0.03);
    }
}

#[test]
fn a_photograph_that_is_to_be_turned_is_measured_as_it_is_seen() {
    let page = &shared().read(sample("receipt.jpg"), "detail=words").ok()["pages"][0];
    assert_eq!((&page["width_px"], &page["height_px"]), (&1000.into(), &1400.into()));
    let [_, shop, ..] = place_of(page, "MARLOW");
    let [_, total, ..] = place_of(page, "TOTAL");
    let [_, thanks, ..] = place_of(page, "Thank");
    assert!(shop < total && total < thanks, "{shop} {total} {thanks}");
}

#[test]
fn a_turned_page_is_measured_as_it_is_seen() {
    const WIDTH: f64 = 595.0;
    const HEIGHT: f64 = 842.0;
    // "Anchor" in 24 points at (100, 700) is about 77 wide; its box before turning, from the lower left corner.
    let (left, low, right, high) = (100.0, 694.0, 177.0, 722.0);
    let rows = [
        (0, [left / WIDTH, 1.0 - high / HEIGHT, right / WIDTH, 1.0 - low / HEIGHT]),
        (90, [low / HEIGHT, left / WIDTH, high / HEIGHT, right / WIDTH]),
        (180, [1.0 - right / WIDTH, low / HEIGHT, 1.0 - left / WIDTH, high / HEIGHT]),
        (270, [1.0 - high / HEIGHT, 1.0 - right / WIDTH, 1.0 - low / HEIGHT, 1.0 - left / WIDTH]),
    ];
    for (degrees, expected) in rows {
        let mut pdf = Pdf::new();
        pdf.page(&format!("/Rotate {degrees}"), &text_at(100, 700, 24, "Anchor"));
        let answer = shared().read(pdf.bytes(), "detail=words");
        assert_nested(&answer);
        let page = &answer.ok()["pages"][0];
        let is_wide = page["width_px"].as_u64() > page["height_px"].as_u64();
        assert_eq!(is_wide, degrees % 180 == 90, "{degrees}°: {page:#}");
        assert_near(place_of(page, "Anchor"), expected, 0.02);
    }
}

#[test]
fn a_cropped_page_is_measured_from_the_corner_of_what_is_seen() {
    let mut pdf = Pdf::new();
    pdf.page("/MediaBox [0 0 595 842] /CropBox [50 600 350 800]", &text_at(100, 700, 24, "Anchor"));
    let answer = shared().read(pdf.bytes(), "detail=words");
    assert_nested(&answer);
    let expected = [50.0 / 300.0, 1.0 - 122.0 / 200.0, 127.0 / 300.0, 1.0 - 94.0 / 200.0];
    assert_near(place_of(&answer.ok()["pages"][0], "Anchor"), expected, 0.04);
}

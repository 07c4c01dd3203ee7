//! Pages that lie on their side or stand on their head: read, and their boxes where the words are.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::Value;

use super::score::word_f1;
use super::server::{sample, shared, truth};

fn letter() -> DynamicImage {
    // The first page; the truth has a form feed between the pages.
    image::load_from_memory_with_format(&sample("letter.tiff"), ImageFormat::Tiff).expect("the sample is a TIFF")
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.to_luma8().write_to(&mut bytes, ImageFormat::Png).expect("memory takes a PNG");
    bytes.into_inner()
}

/// Where the middle of a word is, as shares of the page.
fn place_of(answer: &Value, word: &str) -> (f64, f64) {
    let page = &answer["pages"][0];
    let share = |value: f64, side: &str| value / page[side].as_f64().expect("a page has a size");
    let blocks = page["blocks"].as_array().expect("blocks were asked for");
    let lines = blocks.iter().flat_map(|block| block["lines"].as_array().expect("a block has lines"));
    let mut words = lines.flat_map(|line| line["words"].as_array().expect("words were asked for"));
    let found =
        words.find(|found| found["text"].as_str().is_some_and(|text| text.contains(word))).expect("the word is there");
    let edge = |place: usize| found["bbox"][place].as_f64().expect("a word has a box");
    (share((edge(0) + edge(2)) / 2.0, "width_px"), share((edge(1) + edge(3)) / 2.0, "height_px"))
}

#[test]
fn a_page_is_read_any_way_up() {
    let upright = letter();
    let truth = truth("letter.txt");
    let expected = truth.split('\u{c}').next().unwrap();
    let first = shared().read(png(&upright), "output=text&detail=words").ok();
    let (x, y) = place_of(&first, "specimens");
    // How the page was turned, how it has to be turned back, and where a place on it went.
    let rows = [
        ("upright", upright.clone(), 0, (x, y)),
        ("turned clockwise", upright.rotate90(), 270, (1.0 - y, x)),
        ("on its head", upright.rotate180(), 180, (1.0 - x, 1.0 - y)),
        ("turned the other way", upright.rotate270(), 90, (y, 1.0 - x)),
    ];
    for (name, picture, rotation_deg, place) in rows {
        let answer = shared().read(png(&picture), "output=text&detail=words").ok();
        let page = &answer["pages"][0];
        let text = page["text"].as_str().unwrap();
        assert!(word_f1(expected, text) >= 0.95, "{name}:\n{text}");
        assert_eq!(page["rotation_deg"], rotation_deg, "{name}");
        assert_eq!(page["width_px"], picture.width(), "{name}: boxes are on the page as it was sent");
        let found = place_of(&answer, "specimens");
        let is_near = (found.0 - place.0).abs() < 0.02 && (found.1 - place.1).abs() < 0.02;
        assert!(is_near, "{name}: {found:?} instead of {place:?}");
    }
}

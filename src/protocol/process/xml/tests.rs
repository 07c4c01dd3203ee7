//! Transcripts of all kinds, and the checks that every XML format has to stand.

use mediary_core::Failure;
use mediary_core::document::{Block, BlockKind, Line, Page, Rect, Source, Word};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::*;

/// Named transcripts; each format has a golden file of each.
pub(in crate::protocol::process) fn transcripts() -> Vec<(&'static str, Transcript<'static>)> {
    let page = |index, blocks| (index, Ok(scan(index, blocks)));
    let turned = Page { rotation_deg: 90, dpi: None, ..scan(1, vec![block(vec![bare("On its side", 0.93)])]) };
    let native = Page { source: Source::TextLayer, engine: "text-layer".to_owned(), ..scan(0, vec![native_block()]) };
    let text = Page { width_px: 0, height_px: 0, dpi: None, confidence: None, ..scan(0, vec![placeless_block()]) };
    let rows = vec![
        ("words", vec![page(0, vec![block(vec![worded("Hello brave world"), worded("second line")])])]),
        (
            "lines without words",
            vec![page(0, vec![block(vec![bare("No words here", 0.875)]), block(vec![bare("", 0.5)])])],
        ),
        ("native words have no confidence", vec![(0, Ok(native))]),
        ("text without places", vec![(0, Ok(text))]),
        ("an empty page", vec![page(0, vec![])]),
        ("a failed page", vec![(6, Err(Failure::unreadable("page 7 is <broken> -- it ends in a hyphen---")))]),
        ("some pages of many", vec![page(0, vec![block(vec![worded("One")])]), (1, Ok(turned)), page(4, vec![])]),
        ("special characters", vec![page(0, vec![block(vec![worded("a<b> & \"c\" 'd' ]]>"), bare("<p>&amp;", 1.0)])])]),
        (
            "characters that XML forbids",
            vec![page(
                0,
                vec![block(vec![
                    worded("a\0b\u{8}c \u{1b} d\u{FFFE}e"),
                    bare("\u{1}\u{2}", 0.9),
                    bare("x\ty\u{c}z", 0.9),
                ])],
            )],
        ),
        ("Chinese without spaces", vec![page(0, vec![block(vec![chinese()])])]),
        (
            "right to left",
            vec![page(
                0,
                vec![
                    block(vec![arabic()]),
                    block(vec![moved(bare("(1) \u{5e9}\u{5dc}\u{5d5}\u{5dd} abc", 0.8), 100.0)]),
                ],
            )],
        ),
        ("doubtful numbers", vec![page(0, vec![block(vec![doubtful()])])]),
    ];
    rows.into_iter().map(|(name, pages)| (name, transcript(pages))).collect()
}

/// Pages of a test live as long as the test run.
fn transcript(pages: Vec<(usize, Result<Page, Failure>)>) -> Transcript<'static> {
    let pages = pages.into_iter().map(|(index, page)| {
        let page: &'static Result<Page, Failure> = Box::leak(Box::new(page));
        TranscriptPage { index, page: page.as_ref() }
    });
    Transcript { file_name: Some("a \"scan\"; & more.pdf"), version: "1.2.3", pages: pages.collect() }
}

fn scan(index: usize, blocks: Vec<Block>) -> Page {
    Page {
        index,
        source: Source::Ocr,
        engine: "local/paddleocr:fast".to_owned(),
        confidence: Page::confidence_of(&blocks),
        width_px: 1000,
        height_px: 1400,
        dpi: Some(150),
        rotation_deg: 0,
        blocks,
    }
}

/// Lines, each below the one before.
fn block(lines: Vec<Line>) -> Block {
    let lines: Vec<Line> = (0_u8..).zip(lines).map(|(row, line)| moved(line, f32::from(row) * 40.0)).collect();
    let bbox = Rect::around(lines.iter().map(|line| line.bbox)).unwrap_or_default();
    Block { kind: BlockKind::Text, bbox, lines, links: Vec::new() }
}

fn native_block() -> Block {
    let mut line = worded("Born digital");
    line.confidence = None;
    line.words.iter_mut().for_each(|word| word.confidence = None);
    block(vec![line])
}

fn placeless_block() -> Block {
    let line = |text: &str| Line { bbox: Rect::default(), confidence: None, ..bare(text, 0.0) };
    Block {
        kind: BlockKind::Text,
        bbox: Rect::default(),
        lines: vec![line("first"), line(""), line("  third ")],
        links: Vec::new(),
    }
}

fn moved(mut line: Line, down: f32) -> Line {
    let move_down = |rect: &mut Rect| (rect.top, rect.bottom) = (rect.top + down, rect.bottom + down);
    move_down(&mut line.bbox);
    line.words.iter_mut().for_each(|word| move_down(&mut word.bbox));
    line
}

fn bare(text: &str, confidence: f32) -> Line {
    let bbox = Rect { left: 100.0, top: 200.0, right: 700.25, bottom: 230.5 };
    Line { text: text.to_owned(), bbox, confidence: Some(confidence), words: vec![] }
}

/// A line with a word for each run between spaces, ten pixels to a character.
fn worded(text: &str) -> Line {
    let mut column = 0_u8;
    let words = text.split(' ').map(|text| {
        let length = u8::try_from(text.chars().count()).unwrap();
        let left = 100.5 + 10.0 * f32::from(column);
        column += length + 1;
        word(text, left, left + 10.0 * f32::from(length), 0.9)
    });
    let words = words.collect();
    Line { words, ..bare(text, 0.9876) }
}

fn word(text: &str, left: f32, right: f32, confidence: f32) -> Word {
    let bbox = Rect { left, top: 201.0, right, bottom: 229.0 };
    Word { text: text.to_owned(), bbox, confidence: Some(confidence) }
}

fn chinese() -> Line {
    let words = vec![
        word("\u{4f60}\u{597d}", 100.0, 160.0, 0.99),
        word("\u{4e16}\u{754c}", 160.0, 220.0, 0.95),
        word("\u{20000}", 250.0, 280.0, 0.5),
    ];
    Line { words, ..bare("\u{4f60}\u{597d}\u{4e16}\u{754c} \u{20000}", 0.97) }
}

/// The first word stands at the right.
fn arabic() -> Line {
    let words = vec![
        word("\u{645}\u{631}\u{62d}\u{628}\u{627}", 500.0, 600.0, 0.9),
        word("\u{628}\u{627}\u{644}\u{639}\u{627}\u{644}\u{645}", 350.0, 480.0, 0.85),
    ];
    Line { words, ..bare("\u{645}\u{631}\u{62d}\u{628}\u{627} \u{628}\u{627}\u{644}\u{639}\u{627}\u{644}\u{645}", 0.9) }
}

/// Boxes off the page and confidences out of range, which engines should not give and sometimes do.
fn doubtful() -> Line {
    let words = vec![
        word("off", -20.0, 60.0, 1.5),
        word("on", 900.0, 1200.0, f32::NAN),
        word("back", 50.0, 20.0, -1.0),
        word("nowhere", f32::NAN, f32::INFINITY, 0.12345),
    ];
    Line { words, ..bare("off on back nowhere", 0.5) }
}

/// An element, as `name` or `name.class`, with its attributes.
#[derive(Debug)]
pub(in crate::protocol::process) struct Element {
    pub(in crate::protocol::process) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("attributes are written well and once");
            let value = quick_xml::escape::unescape(&attribute.value).expect("every reference is one of XML's own");
            (attribute.key.as_ref().to_owned(), value.into_owned())
        });
        let mut element = Self { name: start.name().as_ref().to_owned(), attributes: attributes.collect() };
        if element.has("class") {
            element.name = format!("{}.{}", element.name, element.value("class"));
        }
        element
    }

    pub(in crate::protocol::process) fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|(name, _)| name == attribute)
    }

    pub(in crate::protocol::process) fn value(&self, attribute: &str) -> &str {
        let found = self.attributes.iter().find(|(name, _)| name == attribute);
        &found.unwrap_or_else(|| panic!("{self:?} has no {attribute}")).1
    }
}

/// The elements of a document that is well-formed, holds only what XML can hold, gives each id once
/// and nests as `grammar` lists it: an element and what may stand in it.
pub(in crate::protocol::process) fn check(written: &str, id: &str, grammar: &[(&str, &[&str])]) -> Vec<Element> {
    assert!(written.chars().all(writer::is_permitted), "{written}");
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut reader = Reader::from_str(written);
    reader.config_mut().check_comments = true;
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {written}"));
        let (start, stays_open) = match event {
            Event::Start(start) => (start, true),
            Event::Empty(start) => (start, false),
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let element = Element::new(&start);
        if let Some(parent) = open.last() {
            let (_, children) = grammar.iter().find(|(name, _)| name == parent).expect("the parent was looked up");
            assert!(children.contains(&element.name.as_str()), "{} in {parent}: {written}", element.name);
        }
        assert!(grammar.iter().any(|(name, _)| *name == element.name), "{}: {written}", element.name);
        if stays_open {
            open.push(element.name.clone());
        }
        elements.push(element);
    }
    assert!(open.is_empty(), "{open:?} left open in {written}");
    let mut ids: Vec<&str> =
        elements.iter().filter(|element| element.has(id)).map(|element| element.value(id)).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id is given twice in {written}");
    elements
}

/// Compares with the golden file of a format and a case.
pub(in crate::protocol::process) fn golden(format: &str, case: &str, written: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../../tests/golden/ocr");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{format}-{}", case.replace(' ', "-")), written));
}

#[test]
fn spaces_stand_where_the_line_has_them() {
    let rows = [
        ("a b", &["a", "b"][..], "a b"),
        ("ab", &["a", "b"], "ab"),
        ("ab c", &["a", "b", "c"], "ab c"),
        ("a a a", &["a", "a", "a"], "a a a"),
        ("a   b", &["a", "b"], "a b"),
        // A reader whose words are not those of its line.
        ("a b", &["a", "x", "b"], "a x b"),
        ("a b", &["a", "\u{1}", " ", "b"], "a b"),
        ("a b", &[], ""),
    ];
    for (text, words, expected) in rows {
        let words = words.iter().map(|text| word(text, 0.0, 1.0, 1.0)).collect();
        let page = scan(0, vec![block(vec![Line { words, ..bare(text, 1.0) }])]);
        let told: String = paragraphs(&page)[0].lines[0]
            .1
            .iter()
            .map(|word| format!("{}{}", if word.after_space { " " } else { "" }, word.text))
            .collect();
        assert_eq!(told, expected, "{text}");
    }
}

#[test]
fn paragraphs_run_as_their_first_letter_does() {
    let rows = [
        ("left", Direction::LeftToRight),
        ("1. \u{5d0}", Direction::RightToLeft),
        ("\u{627} left", Direction::RightToLeft),
        ("left \u{627}", Direction::LeftToRight),
        ("\u{4e16}", Direction::LeftToRight),
        ("42", Direction::LeftToRight),
    ];
    for (text, expected) in rows {
        let page = scan(0, vec![block(vec![bare(text, 1.0)])]);
        assert_eq!(paragraphs(&page)[0].direction, expected, "{text}");
    }
}

#[test]
fn boxes_are_whole_pixels_of_the_page() {
    let page = scan(0, vec![]);
    let rows = [
        ([10.2, 20.8, 30.1, 40.9], [10, 20, 31, 41]),
        ([10.0, 20.0, 30.0, 40.0], [10, 20, 30, 40]),
        ([-5.0, -5.0, 2000.0, 2000.0], [0, 0, 1000, 1400]),
        ([50.0, 50.0, 40.0, 40.0], [50, 50, 50, 50]),
        ([f32::NAN, 0.0, f32::INFINITY, f32::NEG_INFINITY], [0, 0, 1000, 0]),
    ];
    for ([left, top, right, bottom], expected) in rows {
        let place = PixelBox::on(&page, Rect { left, top, right, bottom });
        assert_eq!([place.left, place.top, place.right, place.bottom], expected, "{left} {top} {right} {bottom}");
    }
}

//! Headings by how they are set, and by what the outline names.

use super::*;
use crate::{Arranged, settle_levels};
use mediary_core::document::{Bookmark, Face, Run};

const TEXT: &str = "the quay is long and the boats are many but the tide is low and nobody comes";

fn face(size_pt: f32, is_bold: bool, is_italic: bool) -> Face {
    Face { family: "Serif".into(), size_pt, is_bold, is_italic, is_fixed_pitch: false, colour: [0; 3] }
}

/// A line set in one face or in two, parted at `|`.
fn set(text: &str, top: f32, faces: &[Face]) -> SetLine {
    let (mut words, mut left) = (Vec::new(), 150.0);
    let whole = text.replace('|', "");
    for word in whole.split(' ') {
        let right = left + 15.0 * word.chars().count() as f32;
        let bbox = Rect { left, top, right, bottom: top + LINE };
        words.push(Word { text: word.to_owned(), bbox, confidence: None });
        left = right + 10.0;
    }
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    let mut runs = Vec::new();
    let mut end = 0;
    for (part, face) in text.split('|').zip(faces) {
        end += part.len();
        runs.push(Run { end, face: face.clone() });
    }
    SetLine { line: Line { text: whole, bbox, confidence: None, words }, runs, tags: Vec::new() }
}

fn arranged(lines: Vec<SetLine>, outline: &[Bookmark]) -> Arranged {
    let rules = Rules::default();
    let page = LayerPage { rules: &rules, shades: &[], outline, tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    arrange_layer(lines, page)
}

/// Paragraphs of three lines in the face of the text, each after a heading.
fn page(headings: &[(&str, Face)]) -> Vec<SetLine> {
    let text = face(10.0, false, false);
    let mut lines = Vec::new();
    let mut top = 300.0;
    for (heading, look) in headings {
        lines.push(set(heading, top, std::slice::from_ref(look)));
        for row in 1..=3 {
            let capital = if row == 1 { "So " } else { "" };
            lines.push(set(&format!("{capital}{TEXT}"), top + 40.0 * row as f32, std::slice::from_ref(&text)));
        }
        lines.push(set("and so on.", top + 160.0, std::slice::from_ref(&text)));
        top += 240.0;
    }
    lines
}

fn headings(arranged: &mut Arranged) -> Vec<(u8, String)> {
    settle_levels([(arranged.blocks.as_mut_slice(), arranged.headings.as_slice())]);
    let heading = |block: &Block| match block.kind {
        BlockKind::Heading { level } => Some((level, block.text())),
        _ => None,
    };
    arranged.blocks.iter().filter_map(heading).collect()
}

#[test]
fn headings_at_the_size_of_the_text_are_told_by_weight_slant_and_capitals() {
    let bold = face(10.0, true, false);
    let slanted = face(10.0, false, true);
    let lines = page(&[
        ("Harbours", face(16.0, false, false)),
        ("1 Quays", bold.clone()),
        ("1.1 Moorings", slanted.clone()),
        ("2 Boats", bold),
        ("2.1 Sails", slanted),
    ]);
    let expected = [(1, "Harbours"), (2, "1 Quays"), (3, "1.1 Moorings"), (2, "2 Boats"), (3, "2.1 Sails")];
    let expected = expected.map(|(level, text)| (level, text.to_owned()));
    assert_eq!(headings(&mut arranged(lines, &[])), expected);
}

#[test]
fn a_heading_that_runs_in_is_parted_from_its_paragraph() {
    let (bold, text) = (face(10.0, true, false), face(10.0, false, false));
    let mut lines = page(&[("Harbours", face(16.0, false, false))]);
    lines.push(set("2.1 Moorings.| The rings are old and", 700.0, &[bold.clone(), text.clone()]));
    lines.push(set(TEXT, 740.0, std::slice::from_ref(&text)));
    // A word in bold at the beginning of a paragraph is none.
    lines.push(set("Rope| is sold by the metre and", 840.0, &[bold, text.clone()]));
    lines.push(set(TEXT, 880.0, &[text]));
    let mut arranged = arranged(lines, &[]);
    let found = headings(&mut arranged);
    assert_eq!(found.iter().map(|(_, text)| text.as_str()).collect::<Vec<&str>>(), ["Harbours", "2.1 Moorings."]);
    let markdown = to_markdown(&arranged.blocks);
    assert!(markdown.contains("\n\nThe rings are old and the quay"), "{markdown}");
}

#[test]
fn what_the_outline_names_is_a_heading_whatever_it_looks_like() {
    let text = face(10.0, false, false);
    let lines = page(&[("Quays", text.clone()), ("Moorings", text.clone()), ("Boats", text)]);
    let mark = |title: &str, depth: u8| Bookmark { title: title.to_owned(), depth, page: Some(0) };
    let outline = [mark("Quays", 1), mark("1 Moorings", 2), mark("Boats", 1)];
    let expected = [(1, "Quays"), (2, "Moorings"), (1, "Boats")].map(|(level, text)| (level, text.to_owned()));
    assert_eq!(headings(&mut arranged(lines.clone(), &outline)), expected);
    assert!(headings(&mut arranged(lines, &[])).is_empty());
}

#[test]
fn lines_measured_in_pixels_may_be_headings_by_their_look() {
    let lines = [
        "The quay",
        TEXT,
        TEXT,
        TEXT,
        "Boats at low tide",
        TEXT,
        TEXT,
        TEXT,
        "Nobody comes",
        TEXT,
        TEXT,
        "Oars",
        TEXT,
        TEXT,
    ];
    let plain = face(14.0, false, false);
    let faces = [
        (0, face(21.0, false, false)),
        (4, face(14.2, true, false)),
        (8, face(13.6, false, true)),
        (11, face(14.2, true, false)),
    ];
    let (mut boxes, mut measured) = (Vec::new(), Vec::new());
    let mut top = 300.0;
    for (number, text) in lines.iter().enumerate() {
        top += if [4, 8, 11].contains(&number) { 2.0 * PITCH } else { PITCH };
        let own = faces.iter().find(|(place, _)| *place == number).map_or(&plain, |(_, face)| face);
        let width = 2.2 * own.size_pt * crate::script::breadth(text) + 0.25 * LINE;
        let quad = Quad::upright(150.0, top, 150.0 + width, top + LINE);
        boxes.push((quad, Line { text: (*text).to_owned(), bbox: quad.bounds(), confidence: None, words: Vec::new() }));
        // No two lines measure exactly alike.
        let size_pt = own.size_pt * (1.0 + 0.01 * ((number * 7 % 3) as f32 - 1.0));
        measured.push(vec![Run { end: text.len(), face: Face { size_pt, ..own.clone() } }]);
    }
    let rules = Rules::default();
    let page = ReadPage { rules: &rules, faces: &measured, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let Arranged { mut blocks, headings } = arrange_read(boxes, page);
    settle_levels([(blocks.as_mut_slice(), headings.as_slice())]);
    let found: Vec<String> = outline(&blocks).lines().filter(|line| line.starts_with('h')).map(str::to_owned).collect();
    assert_eq!(found, ["h1: The quay", "h2: Boats at low tide", "h3: Nobody comes", "h2: Oars"]);
}

#[test]
fn headings_whose_letters_seem_of_another_height_are_alike_if_they_are_as_wide() {
    let sections = ["Queues before pumps", "The festival", "Unusual experiments of Lisbon", "Minimum wages"];
    let (mut boxes, mut measured) = (Vec::new(), Vec::new());
    let mut top = 300.0;
    let mut add = |text: &str, em: f32, height: f32, is_bold: bool| {
        top += if is_bold { 2.0 * PITCH } else { PITCH };
        let quad = Quad::upright(150.0, top, 150.0 + em * crate::script::breadth(text) + 0.25 * LINE, top + LINE);
        boxes.push((quad, Line { text: text.to_owned(), bbox: quad.bounds(), confidence: None, words: Vec::new() }));
        measured.push(vec![Run { end: text.len(), face: face(height, is_bold, false) }]);
    };
    for (place, section) in sections.into_iter().enumerate() {
        // An eighth between the largest and the smallest, as it comes with few letters or many tall ones.
        add(section, 37.0, [20.2, 18.5, 18.6, 18.0][place], true);
        add("So the quay is long and the boats are many but the tide is low", 30.0, 14.0, false);
        add("Boats before oars", 32.0, [15.7, 16.3, 15.9, 15.8][place], true);
        add("So the quay is long and the boats are many but the tide is low", 30.0, 14.0, false);
        add("and nobody comes to see it from the town.", 30.0, 14.0, false);
    }
    let rules = Rules::default();
    let page = ReadPage { rules: &rules, faces: &measured, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let mut arranged = arrange_read(boxes, page);
    let levels: Vec<u8> = headings(&mut arranged).into_iter().map(|(level, _)| level).collect();
    assert_eq!(levels, [1, 2, 1, 2, 1, 2, 1, 2]);
}

#[test]
fn small_capitals_read_in_pixels_may_be_headings() {
    let (mut boxes, mut measured) = (Vec::new(), Vec::new());
    let first = "So the quay is long and the boats are many but the tide is low and nobody";
    let rest = "comes to see it.";
    let texts =
        [("1. BOATS AND OARS", 10.5), (first, 14.0), (rest, 14.0), ("2. ROPES", 10.4), (first, 14.0), (rest, 14.0)];
    let mut top = 300.0;
    for (number, (text, size)) in texts.into_iter().enumerate() {
        top += if number % 3 == 2 { PITCH } else { 2.0 * PITCH };
        let quad = Quad::upright(150.0, top, 150.0 + 15.0 * text.chars().count() as f32, top + LINE);
        boxes.push((quad, Line { text: text.to_owned(), bbox: quad.bounds(), confidence: None, words: Vec::new() }));
        measured.push(vec![Run { end: text.len(), face: face(size, false, false) }]);
    }
    let rules = Rules::default();
    let page = ReadPage { rules: &rules, faces: &measured, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let mut arranged = arrange_read(boxes, page);
    assert_eq!(headings(&mut arranged).len(), 2, "{arranged:?}");
}

#[test]
fn rows_of_equally_wide_characters_are_a_listing_with_its_spaces() {
    let fixed = Face { family: "Mono".into(), is_fixed_pitch: true, ..face(10.0, false, false) };
    let mut lines: Vec<SetLine> =
        (0..6).map(|row| set(TEXT, 300.0 + PITCH * row as f32, &[face(10.0, false, false)])).collect();
    for (row, (indent, text)) in [(0.0, "while tide {"), (4.0, "wait(tide)"), (0.0, "}")].into_iter().enumerate() {
        let mut line = set(text, 600.0 + PITCH * row as f32, std::slice::from_ref(&fixed));
        let right = 15.0 * indent;
        line.line.bbox = line.line.bbox.moved(right, 0.0);
        line.line.words.iter_mut().for_each(|word| word.bbox = word.bbox.moved(right, 0.0));
        lines.push(line);
    }
    let blocks = arranged(lines, &[]).blocks;
    let code = blocks.iter().find(|block| block.kind == BlockKind::Code).map(Block::text);
    assert_eq!(code.as_deref(), Some("while tide {\n    wait(tide)\n}"));
}

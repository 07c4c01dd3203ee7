//! Displayed formulas among text, by the faces of mathematics, by signs, and by where they stand.

use super::*;
use mediary_core::document::{Face, Run};

const PROSE: &str = "the boats that lie at the quay are counted each morning before the tide comes in again";

fn set(text: &str, left: f32, top: f32, family: &str) -> SetLine {
    let (mut words, mut right) = (Vec::new(), left);
    for word in text.split(' ') {
        let end = right + 12.0 * word.chars().count() as f32;
        let bbox = Rect { left: right, top, right: end, bottom: top + LINE };
        words.push(Word { text: word.to_owned(), bbox, confidence: None });
        right = end + 8.0;
    }
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    let face = Face { family: family.into(), size_pt: 10.0, ..Face::default() };
    let runs = vec![Run { end: text.len(), face }];
    SetLine { line: Line { text: text.to_owned(), bbox, confidence: None, words }, runs, tags: Vec::new() }
}

/// The formulas of a page on which some rows stand between paragraphs.
fn formulas(rows: &[(&str, f32, &str)]) -> Vec<String> {
    let mut lines: Vec<SetLine> =
        (0_u8..4).map(|row| set(PROSE, 150.0, 300.0 + 34.0 * f32::from(row), "Serif")).collect();
    let mut top = 470.0;
    for (text, left, family) in rows {
        lines.push(set(text, *left, top, family));
        top += LINE + 4.0;
    }
    lines.extend((0_u8..4).map(|row| set(PROSE, 150.0, top + 30.0 + 34.0 * f32::from(row), "Serif")));
    let rules = Rules::default();
    let page =
        LayerPage { rules: &rules, shades: &[], outline: &[], tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let blocks = arrange_layer(lines, page).blocks;
    let formulas = blocks.iter().filter(|block| matches!(block.kind, BlockKind::Formula { is_tex: false }));
    formulas.map(Block::text).collect()
}

#[test]
fn rows_of_signs_are_formulas_and_sentences_are_none() {
    type Row = (&'static str, &'static [(&'static str, f32, &'static str)], &'static [&'static str]);
    let all: [Row; 9] = [
        ("by its face", &[("E = mc2", 400.0, "CMMI")], &["E = mc2"]),
        ("by a face of another maker", &[("f (x) = a + b", 150.0, "CambriaMath")], &["f (x) = a + b"]),
        ("by its signs", &[("∑ xi ≤ n", 150.0, "Serif")], &["∑ xi ≤ n"]),
        ("by its place", &[("y = sin x + 2 (3)", 420.0, "Serif")], &["y = sin x + 2 (3)"]),
        ("at the edge, of plain signs", &[("y = x + 2", 150.0, "Serif")], &[]),
        ("of words", &[("the mean ≤ the median of all boats", 420.0, "Serif")], &[]),
        ("of numbers", &[("2 + 3 = 5", 420.0, "Serif")], &[]),
        (
            "a fraction",
            &[("a + b", 440.0, "CMMI"), ("x = ≥ z", 400.0, "CMMI"), ("2c", 450.0, "CMMI")],
            &["a + b\nx = ≥ z\n2c"],
        ),
        ("an item", &[("(a) x ≤ y", 150.0, "CMMI"), ("(b) y ≤ z", 150.0, "CMMI")], &[]),
    ];
    for (name, rows, expected) in all {
        assert_eq!(formulas(rows), expected, "{name}");
    }
}

#[test]
fn formulas_are_marked_as_what_they_are() {
    let block = |is_tex: bool, text: &str| {
        let line = Line { text: text.to_owned(), bbox: Rect::default(), confidence: None, words: Vec::new() };
        Block { kind: BlockKind::Formula { is_tex }, bbox: Rect::default(), lines: vec![line], links: Vec::new() }
    };
    assert_eq!(to_markdown(&[block(false, "a_1 * b = c")]), "```formula\na_1 * b = c\n```");
    assert_eq!(to_markdown(&[block(true, "\\frac{a_1}{b}")]), "$$\n\\frac{a_1}{b}\n$$");
}

//! Pages of which next to nothing is known but their boxes or lines.

use super::*;

/// The blocks of boxes on a page with ruling lines.
pub(super) fn arrange_ruled(boxes: Vec<(Quad, Line)>, rules: &Rules, width_px: u32, height_px: u32) -> Vec<Block> {
    arrange_read(boxes, ReadPage { rules, faces: &[], width_px, height_px }).blocks
}

/// The blocks of a text layer of which only the lines are known.
pub(super) fn arrange_plain(lines: Vec<Line>) -> Vec<Block> {
    let rules = Rules::default();
    let page =
        LayerPage { rules: &rules, shades: &[], outline: &[], tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    arrange_layer(lines.into_iter().map(SetLine::from).collect(), page).blocks
}

#[test]
fn captions_side_by_side_are_read_one_after_the_other() {
    let sheet = Sheet::new()
        .lines(&["The harbour is seen from both of its ends in these two pictures."])
        .at("Figure 1. The quay in March,", 150.0, 900.0)
        .at("before the storm", 150.0, 936.0)
        .at("Figure 2. The same quay", 850.0, 900.0)
        .at("in April, after it", 850.0, 936.0)
        .at("What the storm had left of the quay was taken away in summer.", 150.0, 1010.0);
    let expected = "The harbour is seen from both of its ends in these two pictures.\n\n\
                    Figure 1. The quay in March,\nbefore the storm\n\nFigure 2. The same quay\nin April, after it\n\n\
                    What the storm had left of the quay was taken away in summer.";
    check(&[("two lines each", sheet, expected)], to_text);
    let line = |text: &str, left: f32| {
        let word = |(index, word): (usize, &str)| {
            let left = left + 150.0 * index as f32;
            let bbox = Rect { left, top: 900.0, right: left + 140.0, bottom: 930.0 };
            Word { text: word.to_owned(), bbox, confidence: None }
        };
        let words: Vec<Word> = text.split(' ').enumerate().map(word).collect();
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap();
        Line { text: text.to_owned(), bbox, confidence: None, words }
    };
    let (one, other) = (line("Figure 1: Before", 150.0), line("Figure 2: After", 850.0));
    let both = Line {
        text: format!("{} {}", one.text, other.text),
        bbox: one.bbox.union(other.bbox),
        confidence: None,
        words: [one.words.clone(), other.words.clone()].concat(),
    };
    for lines in [vec![one, other], vec![both]] {
        let blocks = arrange_plain(lines);
        assert_eq!(outline(&blocks), "text: Figure 1: Before\ntext: Figure 2: After");
    }
}

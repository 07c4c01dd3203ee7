//! Text layers: the order stays, structure is found.

use super::*;

/// Lines of a text layer with measured words: `|` parts cells that are far from each other.
fn layer(rows: &[(&str, f32, f32)]) -> Vec<Line> {
    let line = |&(text, left, top): &(&str, f32, f32)| {
        let mut words: Vec<Word> = Vec::new();
        for (index, cell) in text.split('|').enumerate() {
            let mut x = left + 400.0 * index as f32;
            for word in cell.split(' ') {
                let right = x + 15.0 * word.chars().count() as f32;
                let bbox = Rect { left: x, top, right, bottom: top + LINE };
                words.push(Word { text: word.to_owned(), bbox, confidence: None });
                x = right + 10.0;
            }
        }
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
        Line { text: text.replace('|', " "), bbox, confidence: None, words }
    };
    rows.iter().map(line).collect()
}

#[test]
fn a_text_layer_keeps_its_order_and_gets_structure() {
    let lines = layer(&[
        ("right column first", 800.0, 400.0),
        ("as the document has it", 800.0, 436.0),
        ("left column", 150.0, 400.0),
        ("• one", 150.0, 436.0),
        ("• two", 150.0, 472.0),
        ("Part|Price", 150.0, 700.0),
        ("Linseed soap|148.00", 150.0, 736.0),
        ("Garden hose|7.50", 150.0, 772.0),
        ("Copper wire|18.90", 150.0, 808.0),
        ("12", 150.0, 2130.0),
    ]);
    let blocks = arrange_plain(lines);
    let expected = "text: right column first\ntext: left column\nlist 2: • one\ntable 4x2: Part Price\nfooter: 12";
    assert_eq!(outline(&blocks), expected);
    let table = blocks.iter().find_map(|block| match &block.kind {
        BlockKind::Table(table) => Some(table),
        _ => None,
    });
    let rows = [["Part", "Price"], ["Linseed soap", "148.00"], ["Garden hose", "7.50"], ["Copper wire", "18.90"]];
    let rows = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(table, Some(&Table { rows, has_header: true, ..Table::default() }));
    assert!(to_text(&blocks).contains("Linseed soap 148.00\nGarden hose 7.50"), "printed lines stay as they are");
}

#[test]
fn a_text_layer_without_lines_has_no_blocks() {
    assert!(arrange_plain(Vec::new()).is_empty());
}

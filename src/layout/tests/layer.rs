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

/// Words of two columns, the second right of the first by so much white.
fn columns(white: f32) -> (Vec<Line>, Vec<Line>) {
    let words =
        ["harbour", "of", "witness", "and", "narrow", "lanterns", "the", "quay", "in", "signals", "were", "repaired"];
    let column = |from: f32, shift: usize| -> Vec<Line> {
        let line = |number: usize| {
            let chosen: Vec<&str> = (0..4).map(|word| words[(number * 5 + word * 7 + shift) % words.len()]).collect();
            let width: f32 = chosen.iter().map(|word| 15.0 * word.len() as f32).sum();
            let space = (500.0 - width) / 3.0;
            let mut x = from;
            let top = 300.0 + PITCH * number as f32;
            let mut placed = Vec::new();
            for word in &chosen {
                let right = x + 15.0 * word.len() as f32;
                let bbox = Rect { left: x, top, right, bottom: top + LINE };
                placed.push(Word { text: (*word).to_owned(), bbox, confidence: None });
                x = right + space;
            }
            let bbox = Rect { left: from, top, right: from + 500.0, bottom: top + LINE };
            Line { text: chosen.join(" "), bbox, confidence: None, words: placed }
        };
        (0..24).map(line).collect()
    };
    (column(150.0, 0), column(650.0 + white, 3))
}

#[test]
fn a_layer_written_across_columns_is_read_column_by_column() {
    for white in [8.0, 20.0, 60.0] {
        let (left, right) = columns(white);
        let expected: String = left.iter().chain(&right).map(|line| format!("{} ", line.text)).collect();
        let beside: Vec<Line> = left.iter().zip(&right).flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        assert_eq!(read(beside), expected.trim(), "one beside the other, {white}");
        let both = left.iter().zip(&right).map(|(a, b)| merged(a, b));
        assert_eq!(read(both.collect()), expected.trim(), "both in one, {white}");
        assert_eq!(read(left.iter().chain(&right).cloned().collect()), expected.trim(), "as read, {white}");
    }
}

/// A line of each column as one, as programs that write line by line make them.
fn merged(left: &Line, right: &Line) -> Line {
    Line {
        text: format!("{} {}", left.text, right.text),
        bbox: left.bbox.union(right.bbox),
        confidence: None,
        words: [left.words.clone(), right.words.clone()].concat(),
    }
}

fn lower(lines: &mut [Line], by: f32) {
    for line in lines {
        for rect in line.words.iter_mut().map(|word| &mut word.bbox).chain([&mut line.bbox]) {
            (rect.top, rect.bottom) = (rect.top + by, rect.bottom + by);
        }
    }
}

fn texts(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn read(lines: Vec<Line>) -> String {
    to_text(&arrange_plain(lines)).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn rows_at_half_the_height_of_their_neighbours_come_as_one_line_and_are_columns() {
    let (left, mut right) = columns(8.0);
    lower(&mut right[8..], 0.4 * LINE);
    let expected = texts(&[left.clone(), right.clone()].concat());
    let rows: Vec<Line> = left.iter().zip(&right).map(|(a, b)| merged(a, b)).collect();
    assert_eq!(read(rows.clone()), expected, "each row by itself");
    // From the tenth row on nothing ends a line.
    let rest = rows[10..].iter().cloned().reduce(|all, row| merged(&all, &row)).unwrap();
    assert_eq!(read([&rows[..10], &[rest]].concat()), expected, "many rows in one line");
}

#[test]
fn a_word_made_of_two_at_a_gutter_parts_no_columns() {
    let (left, right) = columns(8.0);
    let mut rows: Vec<Line> = left.iter().zip(&right).map(|(a, b)| merged(a, b)).collect();
    let row = &mut rows[11];
    let taken = row.words.remove(4);
    row.words[3].bbox = row.words[3].bbox.union(taken.bbox);
    row.words[3].text += &taken.text;
    row.text = row.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let glued = row.words[3].text.clone();
    let mut expected = [left, right].concat();
    for (line, text) in [(11, glued.as_str()), (24 + 11, "")] {
        let end = if line == 11 { 3 } else { 0 };
        expected[line].words[end].text = text.to_owned();
        let words = expected[line].words.iter().map(|word| word.text.as_str()).filter(|word| !word.is_empty());
        expected[line].text = words.collect::<Vec<_>>().join(" ");
    }
    assert_eq!(read(rows), texts(&expected));
}

#[test]
fn a_caption_written_after_the_lines_beside_it_is_none_of_them() {
    let (left, right) = columns(320.0);
    let mut rows: Vec<Line> = left.iter().zip(&right).map(|(a, b)| merged(a, b)).collect();
    let mut caption = layer(&[("Figure 1. The quay", 670.0, left[10].bbox.top)]);
    lower(&mut caption, 0.3 * LINE);
    rows[10] = merged(&rows[10], &caption[0]);
    let read = read(rows);
    assert!(read.contains(&texts(&left[9..12])) && read.contains(&texts(&right[9..12])), "{read}");
    assert!(read.contains("Figure 1. The quay"), "{read}");
}

#[test]
fn a_title_that_is_written_last_comes_first() {
    let (mut left, mut right) = columns(60.0);
    lower(&mut left, 400.0);
    lower(&mut right, 400.0);
    let title = layer(&[("Issue of March", 700.0, 300.0), ("The harbour after the storm", 150.0, 420.0)]);
    let note = layer(&[("The author keeps the lights", 150.0, 1700.0)]);
    let written = [left.clone(), right.clone(), title.clone(), note.clone()].concat();
    let expected = texts(&[title, left, right, note].concat());
    assert_eq!(read(written), expected);
}

#[test]
fn a_column_that_ends_above_where_the_other_begins_stays_behind_it() {
    let (left, right) = columns(60.0);
    let written = [left[12..].to_vec(), right[..6].to_vec()].concat();
    let expected = texts(&written);
    assert_eq!(read(written), expected);
}

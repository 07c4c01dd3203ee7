//! Pages of tagged documents.

use super::*;
use crate::Arranged;
use mediary_core::document::{CellPlace, ItemPlace, ListItem, Span, TagPlace, TagRun, TaggedPart, Tags};

/// A line whose words belong to the given parts, with a word of every part in the text's order.
fn line(text: &str, left: f32, top: f32, parts: &[Option<u32>]) -> SetLine {
    let (mut words, mut tags, mut left, mut end) = (Vec::new(), Vec::new(), left, 0);
    for (place, word) in text.split(' ').enumerate() {
        let right = left + 15.0 * word.chars().count() as f32;
        let bbox = Rect { left, top, right, bottom: top + LINE };
        words.push(Word { text: word.to_owned(), bbox, confidence: None });
        end += word.len();
        let part = parts[place.min(parts.len() - 1)];
        tags.push(TagRun { end, place: part.map(|part| TagPlace { part, order: 100 * part + top as u32 / 10 }) });
        (left, end) = (right + 10.0, end + 1);
    }
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    SetLine { line: Line { text: text.to_owned(), bbox, confidence: None, words }, runs: Vec::new(), tags }
}

fn arranged(lines: Vec<SetLine>, parts: Vec<TaggedPart>) -> Arranged {
    let (rules, tags) = (Rules::default(), Tags { parts, names_structure: true });
    let (width_px, height_px) = (WIDTH_PX, HEIGHT_PX);
    let page = LayerPage { rules: &rules, shades: &[], outline: &[], tags: Some(&tags), width_px, height_px };
    arrange_layer(lines, page)
}

fn cell(row: u32, column: u32, columns: u32) -> TaggedPart {
    let is_header = row == 0;
    TaggedPart::Cell(CellPlace { table: 7, row, column, rows: 1, columns, is_header, table_columns: 3 })
}

#[test]
fn parts_come_in_the_order_that_the_document_names() {
    let lines = vec![
        line("A box beside the text", 900.0, 400.0, &[Some(2)]),
        line("The title", 150.0, 400.0, &[Some(0)]),
        line("looks like any other line of the page, with a word", 150.0, 450.0, &[Some(1)]),
        line("that goes on.", 150.0, 490.0, &[Some(1)]),
    ];
    let parts = vec![TaggedPart::Heading { level: 2 }, TaggedPart::Text, TaggedPart::Text];
    let arranged = arranged(lines, parts);
    let expected =
        "h2: The title\ntext: looks like any other line of the page, with a word\ntext: A box beside the text";
    assert_eq!(outline(&arranged.blocks), expected);
    assert_eq!(arranged.headings[0].level, Some(2), "what the document says stays");
}

#[test]
fn a_row_given_as_one_line_is_parted_into_its_entries() {
    let lines = vec![
        line("Port Fare Days", 150.0, 400.0, &[Some(0), Some(1)]),
        line("Cork 12 Monday to Friday", 150.0, 440.0, &[Some(2), Some(3), Some(4)]),
        line("Bray 9 Sunday", 150.0, 480.0, &[Some(5), Some(6), Some(7)]),
        line("only", 330.0, 520.0, &[Some(7)]),
    ];
    let body = [cell(1, 0, 1), cell(1, 1, 1), cell(1, 2, 1), cell(2, 0, 1), cell(2, 1, 1), cell(2, 2, 1)];
    let parts = [cell(0, 0, 1), cell(0, 1, 2)].into_iter().chain(body).collect();
    let arranged = arranged(lines, parts);
    let [Block { kind: BlockKind::Table(table), .. }] = arranged.blocks.as_slice() else { panic!("{arranged:?}") };
    let rows = [["Port", "Fare Days", "Fare Days"], ["Cork", "12", "Monday to Friday"], ["Bray", "9", "Sunday\nonly"]];
    assert_eq!(table.rows, rows);
    assert_eq!(table.spans, [Span { row: 0, column: 1, rows: 1, columns: 2 }]);
    assert!(table.has_header);
}

#[test]
fn items_keep_their_marks_and_their_depth() {
    let place = |item: u32, depth: u8| ItemPlace { list: 3, item, depth };
    let lines = vec![
        line("\u{f0b7} Ropes of hemp", 180.0, 400.0, &[Some(0), Some(1)]),
        line("and of wire", 200.0, 440.0, &[Some(1)]),
        line("a) Two coils", 240.0, 480.0, &[Some(2), Some(3)]),
        line("Nails", 180.0, 520.0, &[Some(4)]),
    ];
    let parts = vec![
        TaggedPart::Label(place(1, 0)),
        TaggedPart::Item(place(1, 0)),
        TaggedPart::Label(place(2, 1)),
        TaggedPart::Item(place(2, 1)),
        TaggedPart::Item(place(3, 0)),
    ];
    let arranged = arranged(lines, parts);
    let [Block { kind: BlockKind::List(items), .. }] = arranged.blocks.as_slice() else { panic!("{arranged:?}") };
    let item = |depth: u8, marker: &str, text: &str| ListItem { depth, marker: marker.into(), text: text.into() };
    let expected =
        [item(0, "\u{f0b7}", "Ropes of hemp and of wire"), item(1, "a)", "Two coils"), item(0, "•", "Nails")];
    assert_eq!(items, &expected);
}

#[test]
fn numbers_of_headings_may_be_marks_of_a_list() {
    let place = ItemPlace { list: 3, item: 1, depth: 0 };
    let lines = vec![
        line("1.2 Tides and moons", 150.0, 400.0, &[Some(0), Some(1)]),
        line("The tide is low and nobody comes.", 150.0, 440.0, &[Some(2)]),
    ];
    let parts = vec![TaggedPart::Label(place), TaggedPart::Heading { level: 3 }, TaggedPart::Text];
    let arranged = arranged(lines, parts);
    assert!(outline(&arranged.blocks).starts_with("h3: 1.2 Tides and moons"), "{arranged:?}");
}

/// Six paragraphs of a line each, in the parts that `part` gives.
fn six(part: impl Fn(u32) -> Option<u32>) -> Vec<SetLine> {
    let text = |place: u32| {
        line("the quay is long and the boats are many,", 150.0, 400.0 + 60.0 * place as f32, &[part(place)])
    };
    (0..6).map(text).collect()
}

#[test]
fn tags_that_make_no_sense_are_not_believed() {
    let heading = || TaggedPart::Heading { level: 1 };
    let texts = || vec![TaggedPart::Text; 6];
    let is_tagged = |lines, parts| !arranged(lines, parts).headings.is_empty();
    let with_heading = |mut parts: Vec<TaggedPart>| {
        parts.push(heading());
        parts
    };
    let mut whole = six(|_| Some(0));
    whole.push(line("Ropes", 150.0, 800.0, &[Some(6)]));
    assert!(is_tagged(whole.clone(), with_heading(texts())), "one paragraph and a heading");
    for (line, part) in whole.iter_mut().zip([None, None, Some(0), Some(0), Some(0), Some(0)]) {
        line.tags.iter_mut().for_each(|run| run.place = run.place.filter(|_| part.is_some()));
    }
    assert!(!is_tagged(whole, with_heading(texts())), "a third of the page has no tags");
    let with_title = |mut lines: Vec<SetLine>| {
        lines.push(line("Ropes", 150.0, 800.0, &[Some(6)]));
        lines
    };
    assert!(!is_tagged(with_title(six(Some)), with_heading(texts())), "a paragraph for each line of a sentence");
    let upwards = |place: u32| Some(5 - place);
    assert!(!is_tagged(with_title(six(upwards)), with_heading(texts())), "from the bottom to the top");
}

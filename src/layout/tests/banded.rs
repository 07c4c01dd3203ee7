//! Tables of text layers between lines that only run across, and between shades.

use super::*;
use crate::table_to_html;
use mediary_core::document::Segment;

/// A line of a text layer with a word at each place, 15 px for a character.
fn words(top: f32, words: &[(f32, &str)]) -> Line {
    let word = |&(left, text): &(f32, &str)| {
        let right = left + 15.0 * text.chars().count() as f32;
        Word { text: text.to_owned(), bbox: Rect { left, top, right, bottom: top + LINE }, confidence: None }
    };
    let words: Vec<Word> = words.iter().map(word).collect();
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<&str>>().join(" ");
    Line { text, bbox, confidence: None, words }
}

fn across(y: f32, left: f32, right: f32) -> Segment {
    Segment { start: Point::new(left, y), end: Point::new(right, y) }
}

/// The only table on a page with some text around it.
fn table_of(lines: Vec<Line>, horizontal: Vec<Segment>, shades: &[Rect]) -> Table {
    let rules = Rules { horizontal, vertical: Vec::new() };
    let page = LayerPage { rules: &rules, shades, outline: &[], tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let around = [words(300.0, &[(150.0, "Fares"), (240.0, "by"), (285.0, "pier")])];
    let lines = around.into_iter().chain(lines).map(SetLine::from).collect();
    let blocks = arrange_layer(lines, page).blocks;
    let mut tables = blocks.into_iter().filter_map(|block| match block.kind {
        BlockKind::Table(table) => Some(table),
        _ => None,
    });
    let table = tables.next().expect("there is a table");
    assert!(tables.next().is_none(), "and no other");
    table
}

fn rows(table: &Table) -> Vec<String> {
    table.rows.iter().map(|row| row.join("|")).collect()
}

#[test]
fn a_head_without_gaps_is_one_where_lines_bind_its_columns() {
    let mut lines = vec![
        words(510.0, &[(460.0, "Lowest"), (620.0, "Highest")]),
        words(556.0, &[(400.0, "mean"), (475.0, "spread"), (580.0, "mean"), (655.0, "spread")]),
    ];
    for (row, name) in ["North", "South", "Outer"].into_iter().enumerate() {
        let figures = [(150.0, name), (400.0, "0.95"), (495.0, "0.88"), (590.0, "1.20"), (685.0, "1.91")];
        lines.push(words(606.0 + 40.0 * row as f32, &figures));
    }
    let rules = vec![
        across(500.0, 390.0, 760.0),
        across(550.0, 400.0, 565.0),
        across(550.0, 580.0, 745.0),
        across(600.0, 390.0, 760.0),
        across(740.0, 390.0, 760.0),
    ];
    let rules = rules.into_iter().map(|rule| {
        let is_whole = rule.end.x - rule.start.x > 300.0;
        if is_whole { across(rule.start.y, 140.0, 760.0) } else { rule }
    });
    let table = table_of(lines, rules.collect(), &[]);
    assert_eq!(rows(&table)[..2], ["|Lowest|Lowest|Highest|Highest", "|mean|spread|mean|spread"]);
}

#[test]
fn a_head_of_two_rows_under_rules_binds_its_columns() {
    let lines = vec![
        words(510.0, &[(150.0, "Pier"), (420.0, "Low"), (480.0, "tide"), (720.0, "High"), (795.0, "tide")]),
        words(560.0, &[(400.0, "mean"), (520.0, "most"), (700.0, "mean"), (820.0, "most")]),
        words(610.0, &[(150.0, "North"), (400.0, "0.955"), (485.0, "0.88"), (700.0, "1.20"), (820.0, "1.91")]),
        words(650.0, &[(150.0, "South"), (400.0, "0.934"), (485.0, "0.92"), (700.0, "1.31"), (820.0, "1.82")]),
    ];
    let rules = vec![
        across(500.0, 140.0, 900.0),
        across(550.0, 390.0, 590.0),
        across(550.0, 690.0, 890.0),
        across(600.0, 140.0, 900.0),
        across(690.0, 140.0, 900.0),
    ];
    let table = table_of(lines, rules, &[]);
    let expected = [
        "Pier|Low tide|Low tide|High tide|High tide",
        "Pier|mean|most|mean|most",
        "North|0.955|0.88|1.20|1.91",
        "South|0.934|0.92|1.31|1.82",
    ];
    assert_eq!(rows(&table), expected);
    assert!(table.has_header);
    let html = table_to_html(&table, &[]);
    assert!(html.contains("rowspan=\"2\">Pier</th>") && html.contains("colspan=\"2\">Low tide</th>"), "{html}");
}

#[test]
fn entries_of_several_lines_stay_together_between_lines() {
    let lines = vec![
        words(510.0, &[(150.0, "Part"), (400.0, "Purpose"), (900.0, "Since")]),
        words(560.0, &[(150.0, "Bell"), (400.0, "rings"), (490.0, "when"), (560.0, "fog"), (900.0, "1890")]),
        words(596.0, &[(400.0, "comes"), (490.0, "in")]),
        words(650.0, &[(150.0, "Lamp"), (400.0, "turns"), (490.0, "at"), (530.0, "night"), (900.0, "1904")]),
    ];
    let rules = [500.0, 550.0, 640.0, 690.0].map(|y| across(y, 140.0, 1000.0)).into();
    let table = table_of(lines, rules, &[]);
    assert_eq!(rows(&table), ["Part|Purpose|Since", "Bell|rings when fog\ncomes in|1890", "Lamp|turns at night|1904"]);
}

#[test]
fn shades_bound_rows_and_the_last_may_have_none() {
    let line = |top: f32, name: &'static str, count: &'static str, fee: &'static str| {
        words(top, &[(150.0, name), (500.0, count), (800.0, fee)])
    };
    let lines = vec![
        line(510.0, "Berth", "Boats", "Fee"),
        line(560.0, "North", "12", "7.50"),
        line(610.0, "South", "9", "6.25"),
        line(660.0, "East", "31", "8.00"),
    ];
    let shade = |top: f32| Rect { left: 140.0, top, right: 900.0, bottom: top + 50.0 };
    let table = table_of(lines, Vec::new(), &[shade(500.0), shade(600.0)]);
    assert_eq!(rows(&table), ["Berth|Boats|Fee", "North|12|7.50", "South|9|6.25", "East|31|8.00"]);
}

#[test]
fn text_between_two_lines_is_no_table() {
    let text = "The ferry leaves the old pier at noon and comes back before the tide turns";
    let line = |top: f32| {
        let mut left = 150.0;
        let places: Vec<(f32, &str)> = text
            .split(' ')
            .map(|word| {
                let place = left;
                left += 15.0 * word.len() as f32 + 10.0;
                (place, word)
            })
            .collect();
        words(top, &places)
    };
    let rules =
        Rules { horizontal: vec![across(500.0, 140.0, 1300.0), across(700.0, 140.0, 1300.0)], ..Rules::default() };
    let page =
        LayerPage { rules: &rules, shades: &[], outline: &[], tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    let lines = [520.0, 556.0, 592.0, 628.0].map(|top| SetLine::from(line(top))).into();
    assert_eq!(
        outline(&arrange_layer(lines, page).blocks),
        "text: The ferry leaves the old pier at noon and comes back before the tide turns"
    );
}

//! Reading order: columns where there are columns, and only there.

use super::*;

const LEFT: [&str; 8] = [
    "The ferry left at dawn, an hour",
    "late and half empty. From the",
    "rail one could see the town",
    "shrink into a row of teeth,",
    "then into a line, then into",
    "nothing that a child would",
    "have bothered to draw, had it",
    "been asked to do so.",
];
const RIGHT: [&str; 8] = [
    "Bread teaches patience to those",
    "who would rather not learn it.",
    "The dough is mixed in minutes;",
    "then it asks for an hour, and",
    "another, and a night in the",
    "cold. Hurry it, and it will",
    "tell everyone at breakfast of",
    "what has been done to it.",
];
const MIDDLE: [&str; 6] = [
    "Nobody could say who first had",
    "planted walnut trees along the",
    "canal. The parish books began",
    "too late, and the oldest map",
    "showed only mud. Yet there",
    "they stood, forty of them.",
];

fn paragraph(lines: &[&str]) -> String {
    lines.join("\n")
}

fn reads(name: &str, sheet: Sheet, parts: &[&str]) {
    check(&[(name, sheet, &parts.join("\n\n"))], to_text);
}

#[test]
fn two_columns_are_read_one_after_the_other() {
    let (left, right) = (paragraph(&LEFT), paragraph(&RIGHT));
    let two = |x: f32, y: f32| Sheet::new().column(150.0, 300.0, &LEFT).column(x, y, &RIGHT);
    reads("on the same lines", two(850.0, 300.0), &[&left, &right]);
    reads("on lines of their own", two(850.0, 317.0), &[&left, &right]);
    reads("with a narrow gutter", two(150.0 + 31.0 * 15.0 + 22.0, 300.0), &[&left, &right]);
    reads("right column lower", two(850.0, 420.0), &[&left, &right]);
    reads("right column higher", two(850.0, 200.0), &[&left, &right]);
}

#[test]
fn a_gutter_may_be_narrower_than_a_space() {
    let (left, right) = (paragraph(&LEFT), paragraph(&RIGHT));
    let wide = |lines: &[&str]| lines.iter().map(|line| format!("{line:x<31}")).collect::<Vec<String>>();
    for white in [2.0, 6.0, 12.0] {
        let mut sheet = Sheet::new();
        for (index, line) in wide(&LEFT).iter().enumerate() {
            sheet = sheet.at(line, 150.0, 300.0 + PITCH * index as f32);
        }
        let sheet = sheet.column(150.0 + 31.0 * 15.0 + white, 300.0, &RIGHT);
        reads("justified", sheet, &[&paragraph(&wide(&LEFT).iter().map(String::as_str).collect::<Vec<_>>()), &right]);
        let ragged = Sheet::new().column(150.0, 300.0, &LEFT).column(150.0 + 31.0 * 15.0 + white, 300.0, &RIGHT);
        reads("ragged", ragged, &[&left, &right]);
    }
}

#[test]
fn a_heading_between_columns_parts_those_above_it_from_those_below() {
    let (left, middle, right) = (paragraph(&LEFT), paragraph(&MIDDLE), paragraph(&RIGHT));
    let heading = "The ferry that came late";
    let top = |count: usize| 300.0 + PITCH * count as f32;
    let upper = || Sheet::new().column(150.0, top(0), &LEFT).column(850.0, top(0), &RIGHT);
    let headed = || upper().sized(heading, 150.0, top(10), 1.5);
    let sections = |lower: &[&str]| {
        let upper = [left.as_str(), &right].join("\n\n");
        let parts = [upper, format!("# {heading}"), lower.join("\n\n")];
        parts.join("\n\n")
    };
    let two = headed().column(150.0, top(13), &RIGHT).column(850.0, top(13), &LEFT);
    let three = headed().column(150.0, top(13), &RIGHT).column(660.0, top(13), &MIDDLE).column(1170.0, top(13), &LEFT);
    check(
        &[("two", two, &sections(&[&right, &left])), ("three", three, &sections(&[&right, &middle, &left]))],
        |blocks| to_text(blocks).replace(heading, &format!("# {heading}")),
    );
}

#[test]
fn columns_flow_round_the_words_below_a_picture() {
    let mut sheet = Sheet::new();
    let mut parts = [Vec::new(), Vec::new()];
    for (index, line) in LEFT.iter().chain(&MIDDLE).chain(&RIGHT).chain(&LEFT).chain(&MIDDLE).enumerate() {
        let y = 300.0 + PITCH * index as f32;
        let is_beside = (10..16).contains(&index);
        let (line, other) = if is_beside { (&line[..18], &line[..17]) } else { (*line, *line) };
        sheet = sheet.at(line, 150.0, y).at(other, if is_beside { 980.0 } else { 720.0 }, y + 5.0);
        parts[0].push(line.to_owned());
        parts[1].push(other.to_owned());
    }
    let caption = "Figure 1. A pier, seen from town";
    let sheet = sheet.sized(caption, 465.0, 300.0 + 14.0 * PITCH, 0.85);
    let text = to_text(&sheet.arranged(0.0)).replace("\n\n", "\n");
    let [left, right] = parts.map(|part| part.join("\n"));
    assert_eq!(text, [left.as_str(), right.as_str(), caption].join("\n"));
}

#[test]
fn columns_may_differ_in_length() {
    let (left, right) = (paragraph(&LEFT), paragraph(&RIGHT));
    for count in [1, 2, 3, 5] {
        let short = paragraph(&RIGHT[..count]);
        let sheet = Sheet::new().column(150.0, 300.0, &LEFT).column(850.0, 300.0, &RIGHT[..count]);
        reads("short right column", sheet, &[&left, &short]);
    }
    let sheet = Sheet::new().column(150.0, 300.0, &LEFT[..3]).column(850.0, 300.0, &RIGHT);
    reads("short left column", sheet, &[&paragraph(&LEFT[..3]), &right]);
}

#[test]
fn three_columns_are_read_from_left_to_right() {
    let three =
        |y: f32| Sheet::new().column(60.0, 300.0, &LEFT).column(570.0, y, &MIDDLE).column(1080.0, 300.0, &RIGHT);
    let parts = [paragraph(&LEFT), paragraph(&MIDDLE), paragraph(&RIGHT)];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    reads("on the same lines", three(300.0), &parts);
    reads("middle lower", three(349.0), &parts);
}

#[test]
fn what_spans_the_columns_parts_them_into_bands() {
    let wide = "A line that reaches over both of the columns and so parts what is above from below";
    let sheet = Sheet::new()
        .sized("Heading over everything on the page", 300.0, 180.0, 1.8)
        .column(150.0, 300.0, &LEFT)
        .column(850.0, 300.0, &RIGHT)
        .at(wide, 150.0, 640.0)
        .column(150.0, 730.0, &MIDDLE)
        .column(850.0, 730.0, &LEFT[..6]);
    let (left, right) = (paragraph(&LEFT), paragraph(&RIGHT));
    let (third, fourth) = (paragraph(&MIDDLE), paragraph(&LEFT[..6]));
    reads("bands", sheet, &["Heading over everything on the page", &left, &right, wide, &third, &fourth]);
}

#[test]
fn a_short_line_alone_beside_the_gutter_is_above_or_below_both_columns() {
    let columns = || Sheet::new().column(150.0, 400.0, &LEFT).column(850.0, 400.0, &RIGHT);
    let (left, right) = (paragraph(&LEFT), paragraph(&RIGHT));
    reads("date above", columns().at("Exeter, 8 February", 1000.0, 280.0), &["Exeter, 8 February", &left, &right]);
    reads("note below", columns().at("See overleaf", 150.0, 800.0), &[&left, &right, "See overleaf"]);
}

#[test]
fn a_side_note_is_read_by_itself() {
    let mut sheet = Sheet::new().column(560.0, 300.0, &RIGHT).column(560.0, 300.0 + 8.0 * PITCH, &LEFT);
    let note = ["Small print that stands", "beside the text and has", "lines of its own"];
    for (index, line) in note.iter().enumerate() {
        sheet = sheet.sized(line, 150.0, 330.0 + 27.0 * index as f32, 0.7);
    }
    let main = format!("{}\n{}", paragraph(&RIGHT), paragraph(&LEFT));
    reads("side note", sheet, &[&paragraph(&note), &main]);
}

#[test]
fn a_table_inside_a_column_stays_in_it() {
    let mut sheet = Sheet::new().column(150.0, 300.0, &LEFT).column(150.0, 630.0, &MIDDLE);
    sheet = sheet.column(850.0, 300.0, &RIGHT[..4]);
    for (index, (station, depth)) in
        [("Oban", "2.40"), ("Leith", "3.10"), ("Bristol", "1.90"), ("Dunwich", "4.20")].iter().enumerate()
    {
        let y = 480.0 + 40.0 * index as f32;
        sheet = sheet.at(station, 850.0, y).at(depth, 1200.0, y);
    }
    let sheet = sheet.column(850.0, 700.0, &MIDDLE[..4]);
    let table = "Oban   2.40\nLeith   3.10\nBristol   1.90\nDunwich   4.20";
    let parts =
        [paragraph(&LEFT), paragraph(&MIDDLE), paragraph(&RIGHT[..4]), table.to_owned(), paragraph(&MIDDLE[..4])];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    reads("table in a column", sheet, &parts);
}

#[test]
fn entries_of_several_lines_are_read_row_by_row() {
    let mut sheet = Sheet::new();
    let mut parts = Vec::new();
    for (index, (left, right)) in
        [(&LEFT[..3], &RIGHT[..3]), (&MIDDLE[..3], &LEFT[3..6]), (&RIGHT[4..7], &MIDDLE[3..])].iter().enumerate()
    {
        let y = 300.0 + 150.0 * index as f32;
        sheet = sheet.column(150.0, y, left).column(850.0, y, right);
        parts.extend([paragraph(left), paragraph(right)]);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    reads("a table of sentences", sheet, &parts);
}

#[test]
fn lists_side_by_side_are_columns_if_their_lines_are_on_heights_of_their_own() {
    let left = ["Apples from Kent", "Bread of rye", "Cheddar, mature", "Dates in a box", "Eggs by the dozen"];
    let right = ["Hinges of brass", "Ink, blue or black", "Jars with a lid", "Keys cut at once", "Lamps for desks"];
    let mut sheet = Sheet::new();
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        sheet = sheet.at(left, 150.0, 300.0 + 36.0 * index as f32).at(right, 850.0, 313.0 + 45.0 * index as f32);
    }
    reads("two lists", sheet, &[&paragraph(&left), &paragraph(&right)]);
}

#[test]
fn a_price_list_below_two_columns_is_not_part_of_them() {
    let sheet = Sheet { y: 700.0, ..Sheet::new().column(150.0, 300.0, &LEFT).column(850.0, 300.0, &RIGHT) }
        .row(&[(150.0, "adult ticket, one way"), (1100.0, "12.50")])
        .row(&[(150.0, "child ticket, one way"), (1100.0, "6.25")])
        .row(&[(150.0, "dogs and bicycles too"), (1100.0, "3.00")]);
    let prices = "adult ticket, one way   12.50\nchild ticket, one way   6.25\ndogs and bicycles too   3.00";
    reads("prices below", sheet, &[&paragraph(&LEFT), &paragraph(&RIGHT), prices]);
}

#[test]
fn rows_of_prices_labels_and_addresses_are_not_columns() {
    let receipt = Sheet::new()
        .row(&[(150.0, "5 x Rice vinegar (184278) @ 22.68"), (-1450.0, "113.40")])
        .row(&[(150.0, "3 x Brass hinge (982554) @ 1.80"), (-1450.0, "5.40")])
        .row(&[(150.0, "1 x Bicycle tube (518039) @ 84.24"), (-1450.0, "84.24")])
        .row(&[(150.0, "2 x Quince jelly (265065) @ 73.83"), (-1450.0, "147.66")]);
    let glossary = Sheet::new()
        .row(&[(150.0, "anode"), (500.0, "the terminal by which current enters, and")])
        .row(&[(500.0, "from which electrons leave the device")])
        .row(&[(150.0, "cathode"), (500.0, "the terminal by which current leaves, or")])
        .row(&[(500.0, "at which electrons come in from outside")])
        .row(&[(150.0, "diode"), (500.0, "what has both and lets current go through")])
        .row(&[(500.0, "only one way")]);
    let letterhead = Sheet::new()
        .row(&[(150.0, "Kettlewell Optics"), (-1450.0, "Tel. +44 20 7946 0898")])
        .row(&[(150.0, "66 Surveyor Street"), (-1450.0, "a.zhou@railway.example")])
        .row(&[(150.0, "Utrecht N11 4QJ"), (-1450.0, "www.kettlewell.example")]);
    let lower_case = Sheet::new()
        .row(&[(150.0, "adult ticket, single"), (800.0, "from 12.50")])
        .row(&[(150.0, "adult ticket, return"), (800.0, "from 22.75")])
        .row(&[(150.0, "child ticket, single"), (800.0, "from 10.25")]);
    let leaders = Sheet::new()
        .row(&[(150.0, "Introduction ........"), (-1450.0, "1")])
        .row(&[(150.0, "The first voyage ...."), (-1450.0, "17")])
        .row(&[(150.0, "The second voyage ..."), (-1450.0, "104")]);
    check(
        &[
            (
                "receipt",
                receipt,
                "5 x Rice vinegar (184278) @ 22.68   113.40\n3 x Brass hinge (982554) @ 1.80   5.40\n\
                 1 x Bicycle tube (518039) @ 84.24   84.24\n2 x Quince jelly (265065) @ 73.83   147.66",
            ),
            (
                "glossary",
                glossary,
                "anode   the terminal by which current enters, and\nfrom which electrons leave the device\n\
                 cathode   the terminal by which current leaves, or\nat which electrons come in from outside\n\
                 diode   what has both and lets current go through\nonly one way",
            ),
            (
                "letterhead",
                letterhead,
                "Kettlewell Optics   Tel. +44 20 7946 0898\n66 Surveyor Street   a.zhou@railway.example\n\
                 Utrecht N11 4QJ   www.kettlewell.example",
            ),
            (
                "lower-case prices",
                lower_case,
                "adult ticket, single   from 12.50\nadult ticket, return   from 22.75\nchild ticket, single   from 10.25",
            ),
            (
                "table of contents",
                leaders,
                "Introduction ........   1\nThe first voyage ....   17\nThe second voyage ...   104",
            ),
        ],
        to_text,
    );
}

#[test]
fn rows_are_joined_and_wide_gaps_stay_visible() {
    let split = Sheet::new().row(&[(150.0, "left"), (230.0, "right")]).lines(&["second", "third"]);
    let wide = Sheet::new().row(&[(150.0, "Total"), (1200.0, "12.50")]);
    let initial =
        Sheet::new().paint("O", 150.0, 290.0, 60.0, 80.0).column(220.0, 296.0, &["nce upon a time", "there was"]);
    check(
        &[
            ("word space", split, "left right\nsecond\nthird"),
            ("wide gap", wide, "Total   12.50"),
            ("a large initial goes back to its word", initial, "Once upon a time\nthere was"),
            ("one line", Sheet::new().lines(&["alone"]), "alone"),
            ("nothing", Sheet::new(), ""),
        ],
        to_text,
    );
}

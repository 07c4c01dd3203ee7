//! Tables within ruling lines, and lines that make none.

use super::arrange_ruled;
use super::*;
use mediary_core::document::{Rules, Segment};

/// A sheet with ruling lines.
#[derive(Debug, Clone, Default)]
struct Ruled {
    sheet: Sheet,
    /// From the left or upper end to the other one.
    across: Vec<[f32; 4]>,
    down: Vec<[f32; 4]>,
}

impl Ruled {
    fn on(sheet: Sheet) -> Self {
        Self { sheet, ..Self::default() }
    }

    fn across(mut self, y: f32, left: f32, right: f32) -> Self {
        self.across.push([left, y, right, y]);
        self
    }

    fn down(mut self, x: f32, top: f32, bottom: f32) -> Self {
        self.down.push([x, top, x, bottom]);
        self
    }

    fn grid(self, xs: &[f32], ys: &[f32]) -> Self {
        let (left, right, top, bottom) = (xs[0], xs[xs.len() - 1], ys[0], ys[ys.len() - 1]);
        let ruled = ys.iter().fold(self, |ruled, &y| ruled.across(y, left, right));
        xs.iter().fold(ruled, |ruled, &x| ruled.down(x, top, bottom))
    }

    fn rules(&self, degrees: f32) -> Rules {
        let centre = Point::new(WIDTH_PX as f32 / 2.0, HEIGHT_PX as f32 / 2.0);
        let turn = |x: f32, y: f32| {
            let turned = Point::new(x - centre.x, y - centre.y).rotated(degrees.to_radians());
            Point::new(turned.x + centre.x, turned.y + centre.y)
        };
        let segments = |lines: &[[f32; 4]]| {
            lines.iter().map(|&[x, y, to_x, to_y]| Segment { start: turn(x, y), end: turn(to_x, to_y) }).collect()
        };
        Rules { horizontal: segments(&self.across), vertical: segments(&self.down) }
    }

    fn arranged(&self, degrees: f32) -> Vec<Block> {
        arrange_ruled(self.sheet.boxes(degrees), &self.rules(degrees), WIDTH_PX, HEIGHT_PX)
    }
}

fn check_ruled(rows: &[(&str, Ruled, &str)], read: impl Fn(&[Block]) -> String) {
    for (name, ruled, expected) in rows {
        for degrees in [0.0, 0.5, -2.0, 9.0] {
            assert_eq!(read(&ruled.arranged(degrees)), *expected, "{name}, at {degrees}°");
        }
    }
}

const XS: [f32; 4] = [140.0, 340.0, 900.0, 1300.0];

/// Entries of several lines, under a sentence and above another.
fn inspection() -> Ruled {
    let sheet = Sheet::new()
        .at("Findings of the second visit, by item.", 150.0, 200.0)
        .at("Item", 150.0, 310.0)
        .at("Finding", 350.0, 310.0)
        .at("Due", 910.0, 310.0)
        .at("Roof", 150.0, 370.0)
        .column(350.0, 370.0, &["Two slates have slipped on", "the northern side, and the", "gutter below is full."])
        .at("24 May", 910.0, 370.0)
        .at("Cellar", 150.0, 500.0)
        .column(350.0, 500.0, &["Dry, but for the corner", "under the stairs."])
        .column(910.0, 500.0, &["13 May, or when", "the pump is back"])
        .at("Signed in Whitby on 6 May.", 150.0, 680.0);
    Ruled::on(sheet).grid(&XS, &[300.0, 360.0, 490.0, 600.0])
}

#[test]
fn entries_of_several_lines_are_read_cell_by_cell() {
    let text = "Findings of the second visit, by item.\n\nItem   Finding   Due\nRoof\nTwo slates have slipped on\n\
                the northern side, and the\ngutter below is full.\n24 May\nCellar\nDry, but for the corner\n\
                under the stairs.\n13 May, or when\nthe pump is back\n\nSigned in Whitby on 6 May.";
    let markdown = "Findings of the second visit, by item.\n\n| Item | Finding | Due |\n| --- | --- | --- |\n\
                    | Roof | Two slates have slipped on<br>the northern side, and the<br>gutter below is full. | 24 May |\n\
                    | Cellar | Dry, but for the corner<br>under the stairs. | 13 May, or when<br>the pump is back |\n\n\
                    Signed in Whitby on 6 May.";
    check_ruled(&[("text", inspection(), text)], to_text);
    check_ruled(&[("markdown", inspection(), markdown)], to_markdown);
}

#[test]
fn rows_of_single_lines_read_as_they_do_without_rules() {
    let sheet = Sheet { y: 310.0, ..Sheet::new() }
        .row(&[(150.0, "Oban"), (500.0, "12"), (950.0, "2.40")])
        .row(&[(150.0, "Leith"), (500.0, "7"), (950.0, "3.10")])
        .row(&[(150.0, "Galway"), (500.0, "9"), (950.0, "5.55")]);
    let ruled = Ruled::on(sheet.clone()).grid(&XS, &[305.0, 342.0, 378.0, 414.0]);
    assert_eq!(ruled.arranged(0.0), sheet.arranged(0.0));
    let two = Ruled::on(sheet).grid(&XS, &[305.0, 378.0, 414.0]);
    let expected = "| Oban<br>Leith | 12<br>7 | 2.40<br>3.10 |\n| Galway | 9 | 5.55 |";
    check_ruled(&[("two to a row", two, expected)], |blocks| {
        to_markdown(blocks).replace("|  |  |  |\n| --- | --- | --- |\n", "")
    });
}

#[test]
fn cells_may_span_rows_and_columns_and_tables_may_be_open() {
    let spanning = Ruled::on(
        Sheet::new()
            .at("Both halves of the year", 350.0, 310.0)
            .column(150.0, 380.0, &["Ships", "in port"])
            .at("first", 350.0, 380.0)
            .at("second", 910.0, 380.0)
            .column(350.0, 440.0, &["seven, of", "which two"])
            .at("nine", 910.0, 440.0),
    )
    .across(300.0, 140.0, 1300.0)
    .across(360.0, 340.0, 1300.0)
    .across(430.0, 340.0, 1300.0)
    .across(540.0, 140.0, 1300.0)
    .down(140.0, 300.0, 540.0)
    .down(340.0, 300.0, 540.0)
    .down(900.0, 360.0, 540.0)
    .down(1300.0, 300.0, 540.0);
    let open = Ruled::on(
        Sheet::new()
            .column(150.0, 310.0, &["a lamp of", "brass"])
            .at("two of them", 910.0, 310.0)
            .column(150.0, 410.0, &["oil for", "a year"])
            .column(910.0, 410.0, &["three", "barrels"]),
    )
    .across(300.0, 140.0, 1300.0)
    .across(400.0, 140.0, 1300.0)
    .across(500.0, 140.0, 1300.0)
    .down(900.0, 300.0, 500.0);
    let double =
        Ruled::on(inspection().sheet).grid(&XS, &[300.0, 360.0, 490.0, 600.0]).grid(&XS, &[303.0, 365.0, 494.0, 604.0]);
    let rows = |blocks: &[Block]| -> String {
        let table = |block: &Block| match &block.kind {
            BlockKind::Table(table) => Some(table.rows.iter().map(|row| row.join("|")).collect::<Vec<_>>().join("#")),
            _ => None,
        };
        blocks.iter().filter_map(table).collect()
    };
    check_ruled(
        &[
            (
                "spanning",
                spanning,
                "Ships\nin port|Both halves of the year|Both halves of the year#Ships\nin port|first|second\
                 #Ships\nin port|seven, of\nwhich two|nine",
            ),
            ("open", open, "a lamp of\nbrass|two of them#oil for\na year|three\nbarrels"),
            (
                "double lines",
                double,
                "Item|Finding|Due#Roof|Two slates have slipped on\nthe northern side, and the\ngutter below is full.\
                 |24 May#Cellar|Dry, but for the corner\nunder the stairs.|13 May, or when\nthe pump is back",
            ),
        ],
        rows,
    );
}

#[test]
fn what_lies_outside_goes_on_as_if_the_grid_were_one_block() {
    let left = ["The ferry left at dawn, an hour", "late and half empty. From the", "rail one could see the town"];
    let right = ["Bread teaches patience to those", "who would rather not learn it.", "the dough is mixed in minutes;"];
    let more = ["then into a line, then into", "nothing that a child would", "have bothered to draw, had it"];
    let sheet = Sheet::new()
        .column(150.0, 300.0, &left)
        .column(150.0, 660.0, &more)
        .column(850.0, 300.0, &right)
        .column(850.0, 408.0, &more)
        .column(850.0, 516.0, &right)
        .column(850.0, 624.0, &more)
        .column(150.0, 430.0, &["Oban,", "by sea"])
        .column(420.0, 430.0, &["twice", "a day"])
        .column(150.0, 530.0, &["Leith,", "by rail"])
        .column(420.0, 530.0, &["once", "a week"]);
    let ruled = Ruled::on(sheet).grid(&[140.0, 410.0, 640.0], &[420.0, 520.0, 620.0]);
    let expected = [
        left.join("\n"),
        "Oban,\nby sea\ntwice\na day\nLeith,\nby rail\nonce\na week".to_owned(),
        more.join("\n"),
        [right, more, right, more].concat().join("\n"),
    ];
    check_ruled(&[("a table in a column", ruled, &expected.join("\n\n"))], to_text);
}

#[test]
fn frames_underlines_and_squared_paper_change_nothing() {
    let prose = || Sheet::new().lines(&["It was late, and the harbour", "lay still under the rain.", "Nobody spoke."]);
    let mut squared = Ruled::on(prose());
    for step in 0..30 {
        squared =
            squared.across(280.0 + 20.0 * step as f32, 100.0, 900.0).down(100.0 + 25.0 * step as f32, 280.0, 860.0);
    }
    let rows = [
        ("a frame", Ruled::on(prose()).grid(&[130.0, 700.0], &[280.0, 430.0])),
        ("underlines", Ruled::on(prose()).across(331.0, 150.0, 260.0).across(367.0, 300.0, 420.0)),
        ("squared paper", squared),
        ("a line beside the text", Ruled::on(prose()).down(130.0, 290.0, 410.0)),
        ("an empty grid below", Ruled::on(prose()).grid(&XS, &[600.0, 700.0, 800.0])),
        (
            "stems of letters",
            Ruled::on(prose()).across(298.0, 100.0, 900.0).across(334.0, 100.0, 900.0).down(400.0, 298.0, 330.0),
        ),
    ];
    for (name, ruled) in rows {
        assert_eq!(ruled.arranged(0.0), ruled.sheet.arranged(0.0), "{name}");
    }
}

#[test]
fn frames_side_by_side_are_read_one_after_the_other() {
    let sheet = Sheet::new().column(150.0, 310.0, &["Kettlewell Optics", "66 Surveyor Street", "Utrecht"]).column(
        910.0,
        310.0,
        &["Invoice 4071", "of 12 March", "page 1 of 1"],
    );
    let ruled = Ruled::on(sheet).grid(&[140.0, 800.0, 1500.0], &[300.0, 430.0]);
    let expected = "text: Kettlewell Optics\ntext: Invoice 4071";
    check_ruled(&[("sender and number", ruled, expected)], outline);
}

#[test]
fn a_box_over_two_cells_is_parted_where_its_words_have_places() {
    let ruled = inspection();
    for degrees in [0.0, 2.0] {
        let mut boxes = ruled.sheet.boxes(degrees);
        boxes.retain(|(_, line)| line.text != "Roof" && line.text != "Two slates have slipped on");
        let joined = Sheet::new().paint("Roof Two slates have slipped on", 150.0, 370.0, 590.0, LINE);
        let (quad, mut line) = joined.boxes(degrees).remove(0);
        let mut word = |text: &str, from: f32, to: f32| {
            let bbox = quad.between((from - 150.0) / 590.0, (to - 150.0) / 590.0).bounds();
            line.words.push(Word { text: text.to_owned(), bbox, confidence: Some(0.9) });
        };
        word("Roof", 150.0, 210.0);
        word("Two", 350.0, 395.0);
        word("slates have", 410.0, 575.0);
        word("slipped on", 590.0, 740.0);
        boxes.push((quad, line));
        let read = to_text(&arrange_ruled(boxes, &ruled.rules(degrees), WIDTH_PX, HEIGHT_PX));
        assert_eq!(read, to_text(&ruled.arranged(degrees)), "at {degrees}°");
    }
}

#[test]
fn right_to_left_rows_begin_on_the_right() {
    let sheet = Sheet::new()
        .column(950.0, 310.0, &["שלום עולם", "ושלום לכם"])
        .at("אחת", 350.0, 310.0)
        .column(950.0, 410.0, &["ספינה", "בנמל"])
        .at("שתיים", 350.0, 410.0);
    let ruled = Ruled::on(sheet).grid(&XS, &[300.0, 400.0, 500.0]);
    check_ruled(&[("Hebrew", ruled, "שלום עולם\nושלום לכם\nאחת\nספינה\nבנמל\nשתיים")], to_text);
}

//! A tagged document, written here.

use hayro_syntax::Pdf;
use mediary_core::document::{CellPlace, ItemPlace, TaggedPart};

use super::Tagged;

/// What is written on its page: a heading, an item with its mark, two entries of which one takes two rows, a picture, and a
/// page number that is no part of the text. The words of the first entry are in a form.
const CONTENT: &str = "/H BDC EMC \
    q 1 0 0 1 10 20 cm /P <</MCID 0>> BDC BT /F 12 Tf 1 0 0 1 90 680 Tm (One) Tj EMC \
    0 -20 Td /Span /Named BDC 15 TL (a) Tj EMC /P <</MCID 2>> BDC 20 0 Td [(Item) -200 (text)] TJ T* (more) Tj EMC ET Q \
    /TD <</MCID 3>> BDC /Form Do EMC BT 200 500 Td /TD <</MCID 4>> BDC (Right) Tj EMC ET \
    /Artifact <</Type /Pagination>> BDC BT 300 20 Td (7) Tj ET EMC";
const FORM: &str = "BT 5 5 Td (Left) Tj ET";

/// A PDF of these objects, from number 1 on, of which the first is its catalogue.
fn pdf(objects: &[String]) -> Pdf {
    let mut file = String::from("%PDF-1.7\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    let size = objects.len() + 1;
    file.push_str(&format!("trailer\n<</Size {size} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
    Pdf::new(file.into_bytes()).unwrap()
}

fn stream(dictionary: &str, text: &str) -> String {
    format!("<<{dictionary} /Length {}>>\nstream\n{text}\nendstream", text.len())
}

fn document(kids: &str) -> Tagged {
    Tagged::new(pdf(&[
        "<</Type /Catalog /Pages 2 0 R /StructTreeRoot 6 0 R>>".to_owned(),
        "<</Type /Pages /Kids [3 0 R] /Count 1>>".to_owned(),
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources \
         <</Properties <</Named <</MCID 1>>>> /XObject <</Form 5 0 R>>>>>>"
            .to_owned(),
        stream("", CONTENT),
        stream("/Type /XObject /Subtype /Form /BBox [0 0 90 90] /Matrix [1 0 0 1 100 500]", FORM),
        format!("<</Type /StructTreeRoot /RoleMap <</Kapitel /H2>> /K [{kids}]>>"),
    ]))
}

#[test]
fn the_tree_gives_the_parts_of_a_page_and_its_content_where_they_begin() {
    let tagged = document(
        "<</S /Document /Pg 3 0 R /K [<</S /Kapitel /K 0>> \
         <</S /L /K <</S /LI /K [<</S /Lbl /K 1>> <</S /LBody /K <</S /P /K [2]>>>>]>>>> \
         <</S /Table /K <</S /TBody /K [<</S /TR /K [<</S /TH /A [<</O /Table /RowSpan 2>>] /K <</S /P /K 3>>>> \
         <</S /TD /K <</Type /MCR /MCID 4>>>>]>> <</S /TR /K <</S /TD>>>>]>>>> \
         <</S /Figure /Alt (A pier) >>]>>",
    );
    let page = tagged.page(0).unwrap();
    let item = ItemPlace { list: 2, item: 3, depth: 0 };
    let cell = |column: u32, rows: u32, is_header: bool| {
        TaggedPart::Cell(CellPlace { table: 6, row: 0, column, rows, columns: 1, is_header, table_columns: 2 })
    };
    let expected = [
        TaggedPart::Heading { level: 2 },
        TaggedPart::Label(item),
        TaggedPart::Item(item),
        cell(0, 2, true),
        cell(1, 1, false),
        TaggedPart::Figure { described: "A pier".to_owned() },
    ];
    let parts = page.parts.iter().map(renumbered).collect::<Vec<TaggedPart>>();
    assert_eq!(parts, expected.iter().map(renumbered).collect::<Vec<TaggedPart>>());
    let part_at = |x: f32, y: f32| page.marks.place_of(x, y).map(|place| place.part);
    let rows = [
        ("the heading", (100.0, 700.0), Some(0)),
        ("its second word", (140.0, 700.0), Some(0)),
        ("the mark", (100.0, 680.0), Some(1)),
        ("the item", (120.0, 680.0), Some(2)),
        ("its second line", (120.0, 665.0), Some(2)),
        ("an entry in a form", (105.0, 505.0), Some(3)),
        ("the other entry", (230.0, 500.0), Some(4)),
        ("the page number", (300.0, 20.0), None),
        ("nothing at all", (300.0, 300.0), None),
    ];
    for (what, (x, y), expected) in rows {
        assert_eq!(part_at(x, y), expected, "{what}");
    }
}

/// Which numbers lists and tables get is not the point.
fn renumbered(part: &TaggedPart) -> TaggedPart {
    match part.clone() {
        TaggedPart::Label(place) => TaggedPart::Label(ItemPlace { list: 0, item: 0, ..place }),
        TaggedPart::Item(place) => TaggedPart::Item(ItemPlace { list: 0, item: 0, ..place }),
        TaggedPart::Cell(place) => TaggedPart::Cell(CellPlace { table: 0, ..place }),
        part => part,
    }
}

#[test]
fn tables_for_laying_out_are_dissolved() {
    let tagged = document(
        "<</S /Table /Pg 3 0 R /K <</S /TR /K <</S /TD /K [<</S /P /K 0>> \
         <</S /Table /K <</S /TR /K [<</S /TD /K 3>> <</S /TD /K 4>>]>>>>]>>>>>>",
    );
    let parts = tagged.page(0).unwrap().parts;
    assert!(matches!(parts.as_slice(), [TaggedPart::Text, TaggedPart::Cell(_), TaggedPart::Cell(_)]), "{parts:?}");
}

#[test]
fn rings_and_wild_numbers_come_to_an_end() {
    let ring = document("<</S /Table /Pg 3 0 R /K 6 0 R>> <</S /P /Pg 3 0 R /K 6 0 R>> <</S /P /Pg 3 0 R /K 0>>");
    assert!(ring.page(0).is_some());
    let wide = document(
        "<</S /Table /Pg 3 0 R /K <</S /TR /K [<</S /TD /A <</O /Table /ColSpan 2000000000 /RowSpan 4000000000>> /K 3>> \
         <</S /TD /K 4>>]>>>>",
    );
    assert!(wide.page(0).is_some());
}

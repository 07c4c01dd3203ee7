//! Workbooks and tables of text.

use mediary_core::MediaFormat::{Csv, Ods, Tsv, Xlsx};

use super::packing::package;
use super::{page, pages, reading};

/// A workbook of sheets: names and rows of XML.
fn xlsx(sheets: &[(&str, &str)], shared: &[&str]) -> Vec<u8> {
    let root = "<Relationships><Relationship Id=\"r\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    let mut listed = String::new();
    let mut rels = vec![("st".to_owned(), "styles".to_owned(), "styles.xml".to_owned())];
    rels.push(("ss".to_owned(), "sharedStrings".to_owned(), "sharedStrings.xml".to_owned()));
    let mut parts: Vec<(String, String)> = Vec::new();
    for (number, (name, data)) in (1..).zip(sheets) {
        let (name, state) = name.strip_suffix('!').map_or((*name, ""), |name| (name, " state=\"hidden\""));
        listed.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{number}\"{state} r:id=\"s{number}\"/>"));
        rels.push((format!("s{number}"), "worksheet".to_owned(), format!("worksheets/sheet{number}.xml")));
        parts
            .push((format!("xl/worksheets/sheet{number}.xml"), format!("<worksheet xmlns:r=\"r\">{data}</worksheet>")));
    }
    let one = |(id, kind, target): &(String, String, String)| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let rels = format!("<Relationships>{}</Relationships>", rels.iter().map(one).collect::<String>());
    let strings: String = shared.iter().map(|text| format!("<si><t xml:space=\"preserve\">{text}</t></si>")).collect();
    parts.extend([
        ("_rels/.rels".to_owned(), root.to_owned()),
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("xl/workbook.xml".to_owned(), format!("<workbook xmlns:r=\"r\"><sheets>{listed}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), rels),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst>{strings}</sst>")),
        (
            "xl/styles.xml".to_owned(),
            "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
                .to_owned(),
        ),
    ]);
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    package(&parts)
}

#[test]
fn a_formula_without_a_result_is_shown_itself() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>2</v></c><c r=\"B1\"><f>A1*3</f><v/></c></row>\
        <row r=\"2\"><c r=\"A2\"><f>SUM(A1:B1)</f><v>8</v></c><c r=\"B2\" s=\"1\"/></row></sheetData>";
    let found = page(Xlsx, &xlsx(&[("Fees", data)], &[]));
    assert_eq!(found[1].split(" [").next(), Some("table 2, =A1*3 / 8, "), "{found:#?}");
}

#[test]
fn each_sheet_is_a_page_with_its_name_and_its_entries_as_shown() {
    let fees = "<sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"s\"><v>1</v></c></row>\
        <row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>North &amp; quay</t></is></c><c r=\"C3\"><v>0.30000000000000004</v></c></row>\
        <row r=\"4\"><c r=\"B4\" s=\"1\"><v>46023</v></c><c r=\"C4\" t=\"b\"><v>1</v></c></row>\
        <row r=\"5\"><c r=\"B5\" t=\"str\"><f>A1&amp;B1</f><v>last result</v></c><c r=\"C5\" t=\"e\"><v>#DIV/0!</v></c></row></sheetData>\
        <mergeCells count=\"1\"><mergeCell ref=\"B3:B3\"/></mergeCells>";
    let bytes = xlsx(
        &[
            ("Fees", fees),
            ("Empty", "<sheetData/>"),
            ("Old!", "<sheetData><row r=\"1\"><c r=\"A1\"><v>7</v></c></row></sheetData>"),
        ],
        &["Berth", "Fee"],
    );
    let expected = [
        vec!["h1 Fees", "table* Berth, Fee / North & quay, 0.3 / 2026-01-01, TRUE / last result, #DIV/0!"],
        vec!["h1 Empty"],
        vec!["h1 Old (hidden)", "table 7"],
    ];
    assert_eq!(pages(Xlsx, &bytes), expected);
}

#[test]
fn merged_cells_are_spans() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>";
    let found = pages(Xlsx, &xlsx(&[("S", data)], &["both"]));
    assert_eq!(found[0][1], "table* both, both / 1, 2 0+0:1x2");
}

#[test]
fn tables_of_text_are_told_by_their_delimiters() {
    let rows: [(&str, &str); 5] = [
        ("name,fee\n\"Quay, north\",\"1\"\"5\"\n", "table* name, fee / Quay, north, 1\"5"),
        ("name;fee\nA;1,5\nB;2,5\n", "table* name, fee / A, 1,5 / B, 2,5"),
        ("a,b,c\n1,2\n\n3,4,5,6\n,,\n", "table a, b, c,  / 1, 2, ,  / 3, 4, 5, 6"),
        ("note\n\"two\nlines\"\n", "table* note / two⏎lines"),
        ("\u{feff}gr\u{f6}\u{df}e,m\n1,2\n", "table* größe, m / 1, 2"),
    ];
    for (text, expected) in rows {
        assert_eq!(page(Csv, text.as_bytes()), [expected], "{text:?}");
    }
    assert_eq!(page(Tsv, b"a\tb,c\n1\t2\n"), ["table* a, b,c / 1, 2"]);
    assert_eq!(page(Csv, b"gr\xf6\xdfe,caf\xe9\n1,2\n"), ["table* größe, café / 1, 2"]);
    assert_eq!(page(Csv, b"\n\n"), Vec::<String>::new());
}

#[test]
fn workbooks_of_open_document_are_read() {
    let content = "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
        <table:table table:name=\"Fees\"><table:table-row><table:table-cell office:value-type=\"string\"><text:p>Berth</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"float\" office:value=\"12.5\"><text:p>12.50</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row>\
        </table:table></office:spreadsheet></office:body></office:document-content>";
    let bytes = package(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", content),
    ]);
    assert_eq!(pages(Ods, &bytes), [["h1 Fees", "table Berth, 12.5"]]);
}

#[test]
fn what_is_no_workbook_is_damaged() {
    for bytes in [&b"PK\x03\x04"[..], b"", &package(&[("xl/workbook.xml", "<workbook>")])] {
        assert!(reading(Xlsx, bytes).is_err());
    }
}

#[test]
fn remarks_on_cells_stand_behind_their_sheet() {
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
             Target=\"{target}\"/></Relationships>"
        )
    };
    let remarks = "<comments><authors><author>Ottilie</author><author>tc={1}</author></authors><commentList>\
        <comment ref=\"A1\" authorId=\"0\"><text><r><t>Ottilie:</t></r><r><t>\nsince May</t></r></text></comment>\
        <comment ref=\"B2\" authorId=\"1\"><text><t>[Threaded comment]\n\nYour version\n\nComment:\n    Is it due?\nReply:\n    No</t></text>\
        </comment></commentList></comments>";
    let bytes = package(&[
        ("_rels/.rels", &relation("r", "officeDocument", "xl/workbook.xml")),
        ("[Content_Types].xml", "<Types/>"),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Fees\" sheetId=\"1\" r:id=\"s\"/></sheets></workbook>",
        ),
        ("xl/_rels/workbook.xml.rels", &relation("s", "worksheet", "worksheets/sheet1.xml")),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>7</v></c></row></sheetData></worksheet>",
        ),
        ("xl/worksheets/_rels/sheet1.xml.rels", &relation("c", "comments", "../comments1.xml")),
        ("xl/comments1.xml", remarks),
    ]);
    let expected = ["h1 Fees", "table 7", "list • A1, Ottilie: since May | • B2: Is it due? Reply: No"];
    assert_eq!(page(Xlsx, &bytes), expected);
}

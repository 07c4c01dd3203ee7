//! Files that stand within others, and what lies over the cells of workbooks.

use std::io::{Cursor, Write};

use mediary_core::MediaFormat::{self, Docx, Ods, Odt, Pptx, Xlsx};

use super::packing::{package_of_bytes, relations};
use super::{document, page, pages};

/// A compound file with a stream.
fn compound(name: &str, data: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(format!("/{name}")).unwrap().write_all(data).unwrap();
    file.into_inner().into_inner()
}

/// What a program writes of a file that was dropped into a document.
fn dropped(name: &str, data: &[u8]) -> Vec<u8> {
    let path = format!("C:\\Users\\Ivar\\{name}");
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let temporary = format!("{path}\0");
    let inner = [
        &[2, 0][..],
        name.as_bytes(),
        b"\0",
        path.as_bytes(),
        b"\0\0\0\x03\0",
        &length(temporary.as_bytes()),
        temporary.as_bytes(),
        &length(data),
        data,
    ]
    .concat();
    compound("\u{1}Ole10Native", &[&length(&inner)[..], &inner].concat())
}

fn attached(format: MediaFormat, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    document(format, bytes).attachments.into_iter().map(|file| (file.name, file.bytes)).collect()
}

#[test]
fn files_that_were_dropped_into_a_document_come_along() {
    let root = relations(&[("r1", "officeDocument", "word/document.xml", false)]);
    let main = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body></w:document>";
    let of_chart = relations(&[("r1", "package", "../embeddings/Sheet_of_chart.xlsx", false)]);
    let (note, letter) = (dropped("note to all.txt", b"close the sluice"), compound("WordDocument", b"binary"));
    let parts: Vec<(&str, Vec<u8>)> = vec![
        ("_rels/.rels", root.into()),
        ("word/document.xml", main.into()),
        ("word/embeddings/oleObject1.bin", note),
        ("word/embeddings/oleObject2.bin", compound("CONTENTS", b"%PDF-1.7 and so on")),
        ("word/embeddings/oleObject3.bin", compound("Equation Native", b"x")),
        ("word/embeddings/oleObject4.bin", letter.clone()),
        ("word/embeddings/Worksheet.xlsx", b"PK a workbook".to_vec()),
        ("word/embeddings/Sheet_of_chart.xlsx", b"PK a chart's".to_vec()),
        ("word/charts/chart1.xml", b"<c:chart/>".to_vec()),
        ("word/charts/_rels/chart1.xml.rels", of_chart.into()),
    ];
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let expected = [
        ("Worksheet.xlsx", b"PK a workbook".as_slice()),
        ("note to all.txt", b"close the sluice"),
        ("oleObject2.pdf", b"%PDF-1.7 and so on"),
        ("oleObject4.doc", &letter),
    ];
    let expected: Vec<(String, Vec<u8>)> =
        expected.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    assert_eq!(attached(Docx, &package_of_bytes(&parts)), expected);
}

#[test]
fn they_come_along_from_slides_and_texts_of_other_programs_too() {
    let note = dropped("a.csv", b"1,2");
    let root = relations(&[("r1", "officeDocument", "ppt/presentation.xml", false)]);
    let slides =
        [("_rels/.rels", root.as_bytes()), ("ppt/presentation.xml", b"<p/>"), ("ppt/embeddings/oleObject1.bin", &note)];
    let content = b"<office:document-content><office:body><office:text/></office:body></office:document-content>";
    let text = [("content.xml", content.as_slice()), ("Object 1", &note), ("ObjectReplacements/Object 1", b"GDI")];
    for (format, parts) in [(Pptx, slides.as_slice()), (Odt, &text)] {
        assert_eq!(attached(format, &package_of_bytes(parts)), [("a.csv".to_owned(), b"1,2".to_vec())], "{format}");
    }
}

#[test]
fn a_compound_file_that_is_damaged_comes_along_as_it_is() {
    let root = relations(&[("r1", "officeDocument", "word/document.xml", false)]);
    let broken = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more";
    let parts: [(&str, &[u8]); 3] = [
        ("_rels/.rels", root.as_bytes()),
        ("word/document.xml", b"<w:document><w:body/></w:document>"),
        ("word/embeddings/oleObject1.bin", broken),
    ];
    assert_eq!(attached(Docx, &package_of_bytes(&parts)), [("oleObject1.bin".to_owned(), broken.to_vec())]);
}

#[test]
fn pictures_and_boxes_over_the_cells_of_a_workbook_stand_on_its_page() {
    // The library that reads workbooks knows relations by their whole types.
    let whole = |all: &[(&str, &str, &str, bool)]| {
        relations(all).replace("schemas.example", "schemas.openxmlformats.org/officeDocument/2006/relationships")
    };
    let root = whole(&[("r1", "officeDocument", "xl/workbook.xml", false)]);
    let book = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Fees\" sheetId=\"1\" r:id=\"s1\"/>\
                <sheet name=\"Plan\" sheetId=\"2\" r:id=\"s2\"/></sheets></workbook>";
    let of_book = whole(&[
        ("s1", "worksheet", "worksheets/sheet1.xml", false),
        ("s2", "worksheet", "worksheets/sheet2.xml", false),
    ]);
    let cells = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>quay</t></is></c></row></sheetData></worksheet>";
    let drawing = "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\" xmlns:r=\"r\"><xdr:pic><a:blip r:embed=\"p1\"/></xdr:pic>\
                   <xdr:sp><xdr:txBody><a:p><a:r><a:t>Closed </a:t></a:r><a:r><a:t>in May</a:t></a:r></a:p>\
                   <a:p><a:r><a:t>Ask Ivar</a:t></a:r></a:p></xdr:txBody></xdr:sp>\
                   <xdr:pic><a:blip r:embed=\"p2\"/></xdr:pic></xdr:wsDr>";
    let (of_sheet, of_drawing) = (
        relations(&[("d1", "drawing", "../drawings/drawing1.xml", false)]),
        relations(&[("p1", "image", "../media/image1.png", false), ("p2", "image", "../media/gone.png", false)]),
    );
    let parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", of_book.as_bytes()),
        ("xl/worksheets/sheet1.xml", cells.as_bytes()),
        ("xl/worksheets/sheet2.xml", b"<worksheet><sheetData/></worksheet>"),
        ("xl/worksheets/_rels/sheet2.xml.rels", of_sheet.as_bytes()),
        ("xl/drawings/drawing1.xml", drawing.as_bytes()),
        ("xl/drawings/_rels/drawing1.xml.rels", of_drawing.as_bytes()),
        ("xl/media/image1.png", b"\x89PNG"),
        ("xl/embeddings/Letter.docx", b"PK a letter"),
    ];
    let bytes = package_of_bytes(&parts);
    let found = pages(Xlsx, &bytes);
    assert_eq!(found[0].len(), 2, "{found:#?}");
    assert_eq!(found[1], ["h1 Plan", "p Closed in May", "p Ask Ivar", "picture 0"]);
    let read = document(Xlsx, &bytes);
    assert_eq!(read.pictures, [b"\x89PNG"]);
    let unread: Vec<bool> = read.pages.iter().map(|page| page.has_unread_pictures).collect();
    assert_eq!(unread, [false, true]);
    assert_eq!(attached(Xlsx, &bytes), [("Letter.docx".to_owned(), b"PK a letter".to_vec())]);
}

#[test]
fn pictures_over_the_cells_of_an_open_document_workbook_are_found() {
    let content = "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:draw=\"d\" xmlns:xlink=\"x\" \
                   xmlns:text=\"e\"><office:body><office:spreadsheet><table:table table:name=\"Plan\">\
                   <table:table-row><table:table-cell office:value-type=\"string\"><text:p>quay</text:p></table:table-cell>\
                   </table:table-row><table:shapes><draw:frame><draw:image xlink:href=\"Pictures/a.png\"/></draw:frame>\
                   <draw:frame><draw:object xlink:href=\"./Object 1\"/>\
                   <draw:image xlink:href=\"./ObjectReplacements/Object 1\"/></draw:frame></table:shapes></table:table>\
                   </office:spreadsheet></office:body></office:document-content>";
    let parts: [(&str, &[u8]); 4] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("Pictures/a.png", b"\x89PNG"),
    ];
    let found = page(Ods, &package_of_bytes(&parts));
    assert_eq!(found.last().map(String::as_str), Some("picture 0"), "{found:#?}");
}

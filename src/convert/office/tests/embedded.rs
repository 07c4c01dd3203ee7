//! Files that stand within others, and what lies over the cells of workbooks.

use std::io::{Cursor, Write};

use mediary_core::MediaFormat::{self, Docx, Ods, Odt, Pptx, Rtf, Xls, Xlsb, Xlsx};

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
    let inner = named(name, data);
    compound("\u{1}Ole10Native", &[&length(&inner)[..], &inner].concat())
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// A file with its name and where it was.
fn named(name: &str, data: &[u8]) -> Vec<u8> {
    let path = format!("C:\\Users\\Ivar\\{name}");
    let temporary = format!("{path}\0");
    [
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
    .concat()
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

/// An object as rich text has it.
fn object(kind: u32, class: &str, native: &[u8]) -> String {
    let class = format!("{class}\0");
    let data = [
        &0x501_u32.to_le_bytes()[..],
        &kind.to_le_bytes(),
        &length(class.as_bytes()),
        class.as_bytes(),
        &[0; 8],
        &length(native),
        native,
    ]
    .concat();
    let digits: Vec<String> =
        data.chunks(16).map(|row| row.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    format!("{{\\object\\objemb{{\\*\\objdata {}\n}}{{\\result shown}}}}", digits.join("\n"))
}

#[test]
fn objects_of_rich_text_are_files_where_they_hold_some() {
    let workbook = compound("Package", b"PK a workbook");
    let objects = [
        object(2, "Package", &named("plan.txt", b"close the sluice")),
        object(2, "Excel.Sheet.12", &workbook),
        object(2, "AcroExch.Document", b"%PDF-1.7 and so on"),
        object(2, "Equation.3", &compound("Equation Native", b"x")),
        object(1, "Package", &named("far.txt", b"a link")),
        "{\\object{\\*\\objdata 0105}}".to_owned(),
    ];
    let text = format!("{{\\rtf1 before {} after\\par}}", objects.concat());
    let expected: [(String, Vec<u8>); 3] = [
        ("plan.txt".to_owned(), b"close the sluice".to_vec()),
        ("object2.docx".to_owned(), b"PK a workbook".to_vec()),
        ("object3.pdf".to_owned(), b"%PDF-1.7 and so on".to_vec()),
    ];
    assert_eq!(attached(Rtf, text.as_bytes()), expected);
    assert!(page(Rtf, text.as_bytes())[0].starts_with("p before shown"));
}

/// A workbook of the old kind (\[MS-XLS\]) with one sheet and the number 7 in it.
fn old_workbook() -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let begin = |of: u8| record(0x0809, &[0, 6, of, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let end = record(0x000a, &[]);
    let sheet = |place: u32| record(0x0085, &[&place.to_le_bytes()[..], &[0, 0, 4, 0], b"Fees"].concat());
    let globals = begin(5).len() + sheet(0).len() + end.len();
    let number = record(0x0203, &[&[0; 6][..], &7.0_f64.to_le_bytes()].concat());
    let sheet = sheet(u32::try_from(globals).unwrap());
    compound("Workbook", &[begin(5), sheet, end.clone(), begin(0x10), number, end].concat())
}

#[test]
fn objects_of_an_old_workbook_come_along() {
    let mut file = cfb::CompoundFile::open(Cursor::new(old_workbook())).unwrap();
    let mut put = |path: &str, data: &[u8]| {
        let path = std::path::Path::new(path);
        file.create_storage_all(path.parent().unwrap()).unwrap();
        file.create_stream(path).unwrap().write_all(data).unwrap();
    };
    let note = named("note.txt", b"seven fees");
    put("/MBD0001/\u{1}Ole10Native", &[&length(&note)[..], &note].concat());
    put("/MBD0002/WordDocument", b"binary");
    put("/MBD0002/ObjectPool/x", b"inner");
    put("/MBD0003/Equation Native", b"x");
    file.flush().unwrap();
    let found = attached(Xls, &file.into_inner().into_inner());
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["note.txt", "object2.doc"]);
    assert_eq!(found[0].1, b"seven fees");
    let inner = cfb::CompoundFile::open(Cursor::new(&found[1].1)).unwrap();
    assert!(inner.is_stream("/WordDocument") && inner.is_stream("/ObjectPool/x"));
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

#[test]
fn pictures_over_the_cells_of_a_binary_workbook_stand_on_its_page() {
    let whole = |all: &[(&str, &str, &str, bool)]| {
        relations(all).replace("schemas.example", "schemas.openxmlformats.org/officeDocument/2006/relationships")
    };
    let record = |kind: u16, data: &[u8]| {
        let kind = if kind < 128 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
        [kind, vec![u8::try_from(data.len()).unwrap()], data.to_vec()].concat()
    };
    let wide = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&u32::try_from(text.len()).unwrap().to_le_bytes()[..], &units].concat()
    };
    let sheet = |id: &str, name: &str| record(156, &[vec![0; 8], wide(id), wide(name)].concat());
    let book = [sheet("s1", "Fees"), sheet("s2", "Plan"), record(144, &[]), record(157, &[])].concat();
    let number = record(5, &[&[0; 8][..], &7.0_f64.to_le_bytes()].concat());
    let cells = [record(148, &[0; 16]), record(145, &[]), record(0, &[0; 8]), number, record(146, &[])].concat();
    let empty = [record(148, &[0; 16]), record(145, &[]), record(146, &[])].concat();
    let drawing = "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\" xmlns:r=\"r\"><xdr:pic><a:blip r:embed=\"p1\"/></xdr:pic>\
                   <xdr:sp><xdr:txBody><a:p><a:r><a:t>Closed in May</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>";
    let (root, of_book, of_sheet, of_drawing) = (
        whole(&[("r1", "officeDocument", "xl/workbook.bin", false)]),
        whole(&[
            ("s1", "worksheet", "worksheets/sheet1.bin", false),
            ("s2", "worksheet", "worksheets/sheet2.bin", false),
        ]),
        whole(&[("d1", "drawing", "../drawings/drawing1.xml", false)]),
        whole(&[("p1", "image", "../media/image1.png", false)]),
    );
    let parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", of_book.as_bytes()),
        ("xl/worksheets/sheet1.bin", &cells),
        ("xl/worksheets/sheet2.bin", &empty),
        ("xl/worksheets/_rels/sheet2.bin.rels", of_sheet.as_bytes()),
        ("xl/drawings/drawing1.xml", drawing.as_bytes()),
        ("xl/drawings/_rels/drawing1.xml.rels", of_drawing.as_bytes()),
        ("xl/media/image1.png", b"not looked at here"),
    ];
    let bytes = package_of_bytes(&parts);
    let read = document(Xlsb, &bytes);
    assert_eq!(read.pictures, [b"not looked at here".to_vec()]);
    let found = pages(Xlsb, &bytes);
    assert!(found[0].iter().any(|block| block.contains('7')), "{found:#?}");
    assert!(found[1].iter().any(|block| block.ends_with("Closed in May")), "{found:#?}");
}

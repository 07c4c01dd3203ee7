//! The XML in packages of an office: whatever a part says, the file is read or refused, and read the same way twice.
//!
//! An input is a byte that chooses the format, then the main part. The package around it is made here and not packed, so
//! that no checksum stands between the fuzzer and the reader.

#![no_main]

mod seeds;

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use mediary_convert::office::{OfficeLimits, read};
use mediary_core::MediaFormat;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A format, the name of its main part, and the parts around it.
type Package = (MediaFormat, &'static str, &'static [(&'static str, &'static str)]);

const RELATIONS: &str = "<Relationships><Relationship Id=\"a\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/>\
    <Relationship Id=\"b\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"c\" Type=\"x/styles\" Target=\"styles.xml\"/>\
    <Relationship Id=\"d\" Type=\"x/numbering\" Target=\"numbering.xml\"/></Relationships>";
const BOOK: &str = "<package><manifest><item id=\"a\" href=\"a.xhtml\" media-type=\"application/xhtml+xml\"/></manifest>\
    <spine><itemref idref=\"a\"/></spine></package>";

const PACKAGES: [Package; 9] = [
    (MediaFormat::Docx, "word/document.xml", &[("word/_rels/document.xml.rels", RELATIONS)]),
    (
        MediaFormat::Docx,
        "word/numbering.xml",
        &[("word/_rels/document.xml.rels", RELATIONS), ("word/document.xml", "<w:body/>")],
    ),
    (
        MediaFormat::Docx,
        "word/styles.xml",
        &[("word/_rels/document.xml.rels", RELATIONS), ("word/document.xml", "<w:body/>")],
    ),
    (
        MediaFormat::Pptx,
        "ppt/slides/slide1.xml",
        &[("ppt/presentation.xml", "<p:sldId r:id=\"a\"/>"), ("ppt/_rels/presentation.xml.rels", RELATIONS)],
    ),
    (
        MediaFormat::Xlsx,
        "xl/worksheets/sheet1.xml",
        &[
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"b\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
        ],
    ),
    (MediaFormat::Odt, "content.xml", &[]),
    (MediaFormat::Odp, "styles.xml", &[("content.xml", "<office:body/>")]),
    (MediaFormat::Ods, "content.xml", &[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]),
    (
        MediaFormat::Epub,
        "a.xhtml",
        &[("META-INF/container.xml", "<rootfile full-path=\"book.opf\"/>"), ("book.opf", BOOK)],
    ),
];

fuzz_target!(init: seeds::write("office_parts", part_seeds()), |input: &[u8]| {
    let Some((choice, part)) = input.split_first() else { return };
    let (format, name, around) = PACKAGES[usize::from(*choice) % PACKAGES.len()];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in around.iter().map(|(name, text)| (*name, text.as_bytes())).chain([(name, part)]) {
        zip.start_file(name, options).expect("a vector takes everything");
        zip.write_all(bytes).expect("a vector takes everything");
    }
    let package = zip.finish().expect("a vector takes everything").into_inner();
    let limits = OfficeLimits { unpacked_bytes: 1 << 20, attachments: 10 };
    let once = || read(format, Box::new(Cursor::new(package.clone())), limits);
    assert_eq!(once(), once());
});

fn part_seeds() -> Vec<Vec<u8>> {
    let parts = [
        "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"a\"/><w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>\
         <w:r><w:t>a</w:t><w:br w:type=\"page\"/></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>\
         </w:tbl></w:body></w:document>",
        "<w:numbering><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:lvlText w:val=\"%1.%2\"/></w:lvl></w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
        "<w:styles><w:style w:styleId=\"a\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"a\"/></w:style></w:styles>",
        "<p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:pPr lvl=\"1\"><a:buAutoNum type=\"romanUcPeriod\"/>\
         </a:pPr><a:r><a:t>a</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>",
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>\
         <mergeCells><mergeCell ref=\"A1:C3\"/></mergeCells></worksheet>",
        "<office:body><text:list><text:list-item><text:p>a<text:s text:c=\"9\"/></text:p></text:list-item></text:list><table:table><table:table-row>\
         <table:table-cell table:number-columns-repeated=\"9\" table:number-rows-spanned=\"2\"/></table:table-row></table:table></office:body>",
        "<style:header><text:p>a</text:p></style:header>",
        "<office:spreadsheet><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"9\"><table:table-cell/></table:table-row>\
         </table:table></office:spreadsheet>",
        "<html><body><ul><li>a<table><tr><td rowspan=2>b</table></ul></body></html>",
    ];
    (0_u8..).zip(parts).map(|(choice, part)| [&[choice], part.as_bytes()].concat()).collect()
}

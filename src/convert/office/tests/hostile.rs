//! Files that mean harm: bombs, depths without end, names that lead elsewhere, halves of files. All are refused with a reason,
//! or read for what they say; none is a panic.

use std::io::Cursor;

use mediary_core::MediaFormat::{self, Docx, Eml, Epub, Html, Msg, Odt, Pptx, Rtf, Xls, Xlsb, Xlsx};

use super::packing::{docx, package};
use super::{OfficeLimits, Refusal, page, read, reading};
use crate::office::FORMATS;

#[test]
fn what_unpacks_to_more_than_is_allowed_is_refused() {
    let limits = OfficeLimits { unpacked_bytes: 1_000_000, ..OfficeLimits::default() };
    let zeros = format!("<w:p>{}</w:p>", " ".repeat(2_000_000));
    let bomb = docx(&zeros, &[]);
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    let refusal = read(Docx, Box::new(Cursor::new(bomb)), limits).unwrap_err();
    assert!(matches!(&refusal, Refusal::TooLarge(what) if what.contains("1000000 bytes")), "{refusal:?}");
    let workbook = package(&[("xl/workbook.xml", &" ".repeat(2_000_000))]);
    assert!(matches!(read(Xlsx, Box::new(Cursor::new(workbook)), limits), Err(Refusal::TooLarge(_))));
}

#[test]
fn entities_that_multiply_are_not_expanded() {
    let body = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
        <w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>before&b;&x;after</w:t></w:r></w:p></w:body></w:document>";
    assert_eq!(page(Docx, &package(&[("word/document.xml", body)])), ["p beforeafter"]);
}

#[test]
fn depths_without_end_are_refused_or_walked_through() {
    const DEEP: usize = 2_000;
    let deep = |open: &str| docx(&open.repeat(DEEP), &[]);
    for open in ["<w:p>", "<w:sdt><w:sdtContent>", "<w:tbl><w:tr><w:tc>", "<w:p><w:r><w:drawing>"] {
        assert_eq!(reading(Docx, &deep(open)), Err(Refusal::TooDeep), "{open}");
    }
    let shapes = format!("<p:sld><p:cSld><p:spTree>{}", "<p:grpSp>".repeat(DEEP));
    let main = "<p:presentation xmlns:r=\"r\"><p:sldId r:id=\"s\"/></p:presentation>";
    let rels = "<Relationships><Relationship Id=\"s\" Type=\"x/slide\" Target=\"slides/s.xml\"/></Relationships>";
    let slides = package(&[
        ("ppt/presentation.xml", main),
        ("ppt/_rels/presentation.xml.rels", rels),
        ("ppt/slides/s.xml", &shapes),
    ]);
    assert_eq!(reading(Pptx, &slides), Err(Refusal::TooDeep));
    let text = format!("<office:body>{}", "<text:list><text:list-item>".repeat(DEEP));
    assert_eq!(reading(Odt, &package(&[("content.xml", &text)])), Err(Refusal::TooDeep));
    assert_eq!(reading(Rtf, format!("{{\\rtf1 {}", "{".repeat(DEEP)).as_bytes()), Err(Refusal::TooDeep));
    let web = |open: &str, close: &str| format!("{}deep{}", open.repeat(DEEP), close.repeat(DEEP));
    assert_eq!(page(Html, web("<div>", "</div>").as_bytes()), ["p deep"]);
    assert_eq!(page(Html, web("<span>", "</span>").as_bytes()), ["p deep"]);
    let nested = page(Html, web("<ul><li>", "</ul>").as_bytes());
    assert!(nested[0].ends_with("deep"), "{}", nested[0].len());
    let tables = "<table><tr><td>".repeat(1_000) + "deep";
    assert!(page(Html, tables.as_bytes())[0].contains("deep"));
    assert!(
        reading(
            Eml,
            format!(
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n{}",
                "--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n".repeat(DEEP)
            )
            .as_bytes()
        )
        .is_ok()
    );
}

#[test]
fn a_small_table_that_repeats_a_large_entry_does_not_grow() {
    let text = format!(
        "<table><tr><td rowspan=60000 colspan=1000>{}</td></tr>{}</table>",
        "x".repeat(100_000),
        "<tr></tr>".repeat(1_000)
    );
    let document = reading(Html, text.as_bytes()).unwrap();
    let bytes: usize = document.pages.iter().map(|page| format!("{page:?}").len()).sum();
    assert!(bytes < 100_000_000, "{bytes}");
}

#[test]
fn encrypted_packages_are_refused_as_such() {
    let compound = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    for format in [Docx, Xlsx, Xlsb, Pptx] {
        assert_eq!(reading(format, &compound), Err(Refusal::Encrypted), "{format}");
        let said = Refusal::Encrypted.failure(format).detail;
        assert!(said.contains("encrypted") && said.contains("save it without"), "{said}");
    }
}

/// Something of every format.
fn specimens() -> Vec<(MediaFormat, Vec<u8>)> {
    let letter = docx("<w:p><w:r><w:t>text</w:t></w:r></w:p>", &[]);
    let text = package(&[("content.xml", "<office:body><text:p>text</text:p></office:body>")]);
    let book = package(&[("META-INF/container.xml", "<rootfile full-path=\"a\"/>"), ("a", "<package/>")]);
    let compound = {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/__substg1.0_0037001F").unwrap();
        file.create_stream("/Workbook").unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    };
    FORMATS
        .iter()
        .map(|format| {
            let bytes = match format {
                Docx | Pptx | Xlsx | Xlsb => letter.clone(),
                Odt | MediaFormat::Odp | MediaFormat::Ods => text.clone(),
                Epub => book.clone(),
                Msg | Xls => compound.clone(),
                Rtf => b"{\\rtf1 text\\par}".to_vec(),
                Eml => b"Subject: a\r\n\r\ntext".to_vec(),
                _ => b"a,b\n<p>1,2".to_vec(),
            };
            (*format, bytes)
        })
        .collect()
}

#[test]
fn halves_of_files_and_bytes_that_changed_are_no_panic() {
    for (format, bytes) in specimens() {
        for length in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
            let _ = reading(format, &bytes[..length]);
        }
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 120) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let _ = reading(format, &changed);
        }
        // What is another format altogether is refused, or read as text.
        for (_, other) in specimens() {
            let _ = reading(format, &other);
        }
    }
}

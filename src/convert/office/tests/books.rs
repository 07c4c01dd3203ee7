//! Books.

use mediary_core::MediaFormat::Epub;

use super::packing::package;
use super::{Refusal, pages, reading};

const CONTAINER: &str = "<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>";
const BOOK: &str = "<package><manifest><item id=\"b\" href=\"two%20b.xhtml\" media-type=\"application/xhtml+xml\"/>\
    <item id=\"a\" href=\"one.xhtml\" media-type=\"application/xhtml+xml\"/><item id=\"c\" href=\"a.css\" media-type=\"text/css\"/></manifest>\
    <spine><itemref idref=\"a\"/><itemref idref=\"b\"/><itemref idref=\"c\"/></spine></package>";

fn book(more: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = vec![
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("OPS/book.opf", BOOK),
        ("OPS/one.xhtml", "<html><body><h1>One</h1><p>first<img src=\"img/a.png\"/></p></body></html>"),
        ("OPS/two b.xhtml", "<html><body><h1>Two</h1></body></html>"),
        ("OPS/img/a.png", "PNG"),
    ];
    parts.extend(more);
    package(&parts)
}

#[test]
fn each_chapter_is_a_page_in_the_order_of_reading() {
    assert_eq!(pages(Epub, &book(&[])), [vec!["h1 One", "p first", "picture 0"], vec!["h1 Two"]]);
}

#[test]
fn a_locked_book_is_refused_and_one_with_locked_fonts_is_not() {
    let locked = |part: &str| {
        format!(
            "<encryption><EncryptedData><CipherData><CipherReference URI=\"{part}\"/></CipherData></EncryptedData></encryption>"
        )
    };
    let chapter = locked("OPS/two%20b.xhtml");
    assert_eq!(reading(Epub, &book(&[("META-INF/encryption.xml", &chapter)])), Err(Refusal::Encrypted));
    let font = locked("OPS/font.otf");
    assert!(reading(Epub, &book(&[("META-INF/encryption.xml", &font)])).is_ok());
}

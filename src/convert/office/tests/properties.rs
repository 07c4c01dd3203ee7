//! Whatever is written into a letter or a page comes out of it, once, in order.

use mediary_core::MediaFormat::{Csv, Docx, Html, Rtf};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::packing::docx;
use super::{Item, document};

fn words() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-z\u{e4}\u{4e2d}&<>]{1,12}", 1..12)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn texts(format: mediary_core::MediaFormat, bytes: &[u8]) -> Vec<String> {
    let items = document(format, bytes).pages.into_iter().flat_map(|page| page.items);
    items.filter_map(|item| if let Item::Block(block) = item { Some(block.text()) } else { None }).collect()
}

proptest! {
    // The same cases on every run and every machine.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    #[test]
    fn paragraphs_of_a_letter_come_out_as_they_went_in(words in words()) {
        let body: String = words.iter().map(|word| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", escaped(word))).collect();
        prop_assert_eq!(texts(Docx, &docx(&body, &[])), words);
    }

    #[test]
    fn paragraphs_of_a_page_come_out_as_they_went_in(words in words()) {
        let body: String = words.iter().map(|word| format!("<p>{}</p>", escaped(word))).collect();
        prop_assert_eq!(texts(Html, body.as_bytes()), words);
    }

    #[test]
    fn paragraphs_of_rich_text_come_out_as_they_went_in(words in words()) {
        let unit = |unit: u16| format!("\\u{}?", unit as i16);
        let body: String = words.iter().map(|word| word.encode_utf16().map(unit).collect::<String>() + "\\par ").collect();
        prop_assert_eq!(texts(Rtf, format!("{{\\rtf1 {body}}}").as_bytes()), words);
    }

    #[test]
    fn entries_of_a_table_of_text_come_out_as_they_went_in(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z\",;]{1,8}", 3), 2..8)
    ) {
        let quoted = |entry: &String| format!("\"{}\"", entry.replace('"', "\"\""));
        let text: String = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<String>>().join(",") + "\n").collect();
        let found = document(Csv, text.as_bytes());
        let Some(Item::Block(block)) = found.pages[0].items.first() else { panic!("no table") };
        let mediary_core::document::BlockKind::Table(table) = &block.kind else { panic!("no table") };
        prop_assert_eq!(&table.rows, &rows);
    }
}

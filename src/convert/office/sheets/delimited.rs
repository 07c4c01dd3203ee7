//! Tables of text: entries between commas, semicolons or tabs, in quotes where they hold such.

use mediary_core::MediaFormat;
use mediary_core::document::{Hidden, Table};
use mediary_core::is_hidden_in_text;
use mediary_core::media::decode_text;

use super::super::document::OfficeDocument;
use super::super::draft::Draft;
use super::super::limits::{MAX_CELLS, OfficeLimits, Refusal};
use super::super::text::Text;
use super::sheet::names_columns;

/// So many lines tell what stands between entries.
const LINES_LOOKED_AT: usize = 20;

/// Reads a table of text.
pub(in super::super) fn read(
    format: MediaFormat,
    bytes: &[u8],
    limits: OfficeLimits,
) -> Result<OfficeDocument, Refusal> {
    let text = decode_text(bytes).text;
    let delimiter = if format == MediaFormat::Tsv { b'\t' } else { delimiter(&text) };
    // Excel's own first line says it too, and is no row.
    let body = match text.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("sep=") => text.split_once('\n').map_or("", |(_, rest)| rest),
        _ => &text,
    };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let (mut rows, mut width, mut record) = (Vec::new(), 0, csv::StringRecord::new());
    while reader.read_record(&mut record).map_err(Refusal::damaged)? {
        let row: Vec<String> = record.iter().map(|entry| Text::from(entry).joined("\n").text).collect();
        width = width.max(row.len());
        rows.push(row);
        if rows.len().saturating_mul(width) > MAX_CELLS {
            return Err(Refusal::TooLarge(format!("it has more than {MAX_CELLS} entries; split it")));
        }
    }
    let is_blank = |row: &Vec<String>| row.iter().all(String::is_empty);
    while rows.last().is_some_and(is_blank) {
        rows.pop();
    }
    let mut draft = Draft::new(limits);
    draft.hides(body.contains(is_hidden_in_text).then_some(Hidden::ZeroWidth));
    if !rows.is_empty() {
        for row in &mut rows {
            row.resize(width, String::new());
        }
        let mut table = Table { rows, ..Table::default() };
        table.has_header = names_columns(&table);
        draft.rows(table, Vec::new());
    }
    draft.finish()
}

/// What stands between entries: the one that parts the first lines into most entries, equally many in most of them.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if let Some(named) = first.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and(first.as_bytes().get(4))
    {
        return *named;
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_LOOKED_AT).collect();
    let agreement = |delimiter: u8| {
        let count = |line: &&str| {
            let mut is_quoted = false;
            line.bytes()
                .filter(|byte| {
                    is_quoted ^= *byte == b'"';
                    *byte == delimiter && !is_quoted
                })
                .count()
        };
        let counts: Vec<usize> = lines.iter().map(count).collect();
        let first = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == first).count();
        if first == 0 { (0, 0) } else { (alike * 100 / counts.len(), first) }
    };
    // Of two that agree as well, the earlier; where none parts anything, a comma would.
    let best = [b'\t', b';', b',', b'|'].into_iter().rev().max_by_key(|delimiter| agreement(*delimiter));
    best.filter(|delimiter| agreement(*delimiter) > (0, 0)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_entries_is_found() {
        let rows: [(&str, u8); 6] = [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n3,5;4,5\n", b';'),
            ("a\tb, c\n1\t2\n", b'\t'),
            ("\"a;b\",c\n1,2\n", b','),
            ("sep=|\na|b\n", b'|'),
            ("one\ntwo\n", b','),
        ];
        for (text, expected) in rows {
            assert_eq!(char::from(delimiter(text)), char::from(expected), "{text:?}");
        }
    }
}

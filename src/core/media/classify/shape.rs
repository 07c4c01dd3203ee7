//! Kinds of text that show in their shape: web pages behind an XML declaration, letters, tables.
//!
//! A shape decides only where the sender has not said what the text is.

use super::claim::Claim;
use crate::media::{MediaFormat, decode_text};

/// Lines that are looked at.
const LINES: usize = 50;
/// A table has so many rows.
const ROWS: usize = 3;

/// What a text is by its shape. `whole` says that the head is all of it.
pub(super) fn of_text(head: &[u8], whole: bool, claim: Claim<'_>) -> MediaFormat {
    let text = decode_text(head).text;
    if is_web_page(&text) {
        return MediaFormat::Html;
    }
    if text.trim_start().starts_with("<?xml") {
        return MediaFormat::Xml;
    }
    if is_letter(&text) {
        return MediaFormat::Eml;
    }
    // A sender who names or types the file has said that it is no table.
    let said = claim.file_name.is_some() || claim.mime.is_some_and(|mime| mime != "application/octet-stream");
    if said {
        return MediaFormat::Text;
    }
    let mut lines: Vec<&str> = text.lines().take(LINES + 1).collect();
    if !whole || lines.len() > LINES {
        lines.pop();
    }
    let is_table_by = |delimiter: char, least: usize| {
        let mut widths = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| delimiters(line, delimiter));
        let first = widths.next().flatten().filter(|width| *width >= least);
        first.is_some() && widths.clone().count() + 1 >= ROWS && widths.all(|width| width == first)
    };
    if is_table_by('\t', 1) {
        MediaFormat::Tsv
    } else if is_table_by(',', 2) || is_table_by(';', 1) {
        MediaFormat::Csv
    } else {
        MediaFormat::Text
    }
}

fn is_web_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(1_000).collect::<String>().to_ascii_lowercase();
    let rest =
        start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(start.as_str(), |(_, rest)| rest);
    let rest = rest.trim_start();
    rest.starts_with("<!doctype html") || rest.starts_with("<html")
}

/// Header lines of RFC 5322, two of them its own.
fn is_letter(text: &str) -> bool {
    const KNOWN: [&str; 14] = [
        "from",
        "to",
        "date",
        "subject",
        "received",
        "message-id",
        "mime-version",
        "return-path",
        "content-type",
        "delivered-to",
        "reply-to",
        "dkim-signature",
        "x-mailer",
        "cc",
    ];
    // These make a letter of what is otherwise a list of labels.
    const TELLING: [&str; 5] = ["received", "message-id", "mime-version", "return-path", "dkim-signature"];
    let (mut known, mut is_told) = (0, false);
    for line in text.lines().take(100) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && known > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return false;
        }
        let name = name.to_ascii_lowercase();
        known += usize::from(KNOWN.contains(&name.as_str()));
        is_told |= TELLING.contains(&name.as_str());
    }
    known >= 2 && is_told
}

/// How many delimiters a line has outside of quotes; `None` if a quotation runs on.
fn delimiters(line: &str, delimiter: char) -> Option<usize> {
    let (mut count, mut is_quoted) = (0, false);
    for character in line.chars() {
        is_quoted ^= character == '"';
        count += usize::from(character == delimiter && !is_quoted);
    }
    (!is_quoted).then_some(count)
}

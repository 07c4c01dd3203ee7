//! A text of JSON in its pieces: the texts in it as they read, and what stands between them.

use std::ops::Range;

use serde::de::IgnoredAny;

/// A piece of a text of JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A text.
    Quoted {
        /// Where it is, with its quotes.
        range: Range<usize>,
        /// What it says.
        reads: String,
    },
    /// What is no text.
    Between(Range<usize>),
}

/// The pieces, which together are all of it; `None`: it is no JSON.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece>> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(quote) = text[at..].find('"') {
        let start = at + quote;
        if start > at {
            all.push(Piece::Between(at..start));
        }
        let end = end_of(text.as_bytes(), start)?;
        all.push(Piece::Quoted { range: start..end, reads: serde_json::from_str(&text[start..end]).ok()? });
        at = end;
    }
    if at < text.len() {
        all.push(Piece::Between(at..text.len()));
    }
    Some(all)
}

/// The place behind the closing quote of a text whose opening one is here.
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_of_the_text() {
        let text = r#"{"a\"b": [12, "\n\\"], "": null}"#;
        let pieces = pieces(text).expect("it is JSON");
        let (mut whole, mut reads) = (String::new(), Vec::new());
        for piece in &pieces {
            let range = match piece {
                Piece::Quoted { range, reads: said } => {
                    reads.push(said.as_str());
                    range
                }
                Piece::Between(range) => range,
            };
            whole.push_str(&text[range.clone()]);
        }
        assert_eq!(whole, text);
        assert_eq!(reads, ["a\"b", "\n\\", ""]);
        assert_eq!(super::pieces("{\"a\": "), None);
    }
}

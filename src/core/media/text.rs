//! Text: whether bytes are text, and what characters are in it. Which kind of text it is, `classify` says.
//!
//! Unicode first (byte order marks, valid UTF-8, UTF-16 by its zero bytes), then one legacy guess by
//! `chardetng`. Nothing is refused for a bad character in the middle; it becomes U+FFFD.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Characters and the encoding they were in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText {
    /// The characters, without byte order mark.
    pub text: String,
    /// The WHATWG name of the encoding, such as `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
}

/// Decodes a whole text file.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> DecodedText {
    let encoding = encoding_of(bytes, true).unwrap_or(UTF_8);
    let (text, actual, _) = encoding.decode(bytes);
    DecodedText { text: text.into_owned(), encoding: actual.name() }
}

/// Whether the bytes read as text. `whole` says that they are all there are, so that a character cut
/// at the end is not forgiven.
pub(super) fn is_text(head: &[u8], whole: bool) -> bool {
    let Some(encoding) = encoding_of(head, whole) else { return false };
    let (text, _, _) = encoding.decode(head);
    let mut characters = 0_usize;
    let mut suspicious = 0_usize;
    for character in text.chars() {
        characters += 1;
        let is_layout = matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
        suspicious += usize::from((character.is_control() && !is_layout) || character == '\u{fffd}');
    }
    // A text may hold a stray control character; a binary holds them everywhere.
    suspicious * 50 <= characters
}

fn encoding_of(bytes: &[u8], whole: bool) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Some(encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Some(UTF_8),
        Err(error) if !whole && error.error_len().is_none() && !bytes.contains(&0) => return Some(UTF_8),
        _ => {}
    }
    if bytes.contains(&0) {
        return utf16_without_mark(bytes);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, whole);
    Some(detector.guess(None, Utf8Detection::Deny))
}

/// Latin text in UTF-16 has a zero in every other byte: even places for big endian, odd for little.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros_at = |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (zeros_at(0), zeros_at(1), bytes.len() / 2);
    if odd * 2 > pairs && even * 20 < pairs {
        Some(UTF_16LE)
    } else if even * 2 > pairs && odd * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

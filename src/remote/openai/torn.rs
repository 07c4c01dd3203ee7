//! Characters that a provider cut in two: half a surrogate pair as an escape, or some of a character's bytes.
//!
//! Tokens are not characters, and a provider that writes each token as it comes writes halves of emoji. No JSON parser
//! takes them. So a frame that cannot be parsed is marked first: a half becomes a private character that stands for it.
//! After parsing, halves that belong together are joined, also across frames; a half that stays alone becomes U+FFFD.

use serde_json::Value;

/// Private characters of the last plane, which nothing else uses, one for each byte …
const BYTES: u32 = 0x10_F700;
/// … and one for each half of a surrogate pair.
const HALVES: u32 = 0x10_F800;
/// The first code unit that is half of a pair …
const FIRST: u32 = 0xD800;
/// … the first that is a second half …
const SECOND: u32 = 0xDC00;
/// … and the first that is none any more.
const BEYOND: u32 = 0xE000;

/// A frame with marks in place of what no parser takes; `None` where there is nothing of the kind.
pub(super) fn marked(frame: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(frame.len());
    for chunk in frame.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(BYTES + u32::from(*byte))));
    }
    let is_torn = text.len() != frame.len();
    match halves(&text) {
        Some(text) => Some(text),
        None => is_torn.then_some(text),
    }
}

/// A text with marks in place of escapes that are half of a pair.
fn halves(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        let start = at + found;
        let Some(unit) = escaped(text, start) else {
            // The escaped character may itself be a backslash.
            at = (start + 2).min(text.len());
            continue;
        };
        at = start + 6;
        match unit {
            FIRST..SECOND if escaped(text, at).is_some_and(|next| (SECOND..BEYOND).contains(&next)) => at += 6,
            FIRST..BEYOND => {
                out.push_str(&text[copied..start]);
                out.extend(char::from_u32(HALVES + unit - FIRST));
                copied = at;
            }
            _ => {}
        }
    }
    (copied > 0).then(|| out + &text[copied..])
}

/// The code unit of the escape that begins at `start`.
fn escaped(text: &str, start: usize) -> Option<u32> {
    let digits = text.get(start..start + 6)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

/// Joins what was torn apart between the pieces of one text.
#[derive(Debug, Default)]
pub(super) struct Torn {
    first_half: Option<u32>,
    bytes: Vec<u8>,
}

impl Torn {
    /// Whether a half waits for its other half.
    pub(super) fn is_torn(&self) -> bool {
        self.first_half.is_some() || !self.bytes.is_empty()
    }

    /// The next piece, as far as its characters are whole.
    pub(super) fn join(&mut self, piece: String) -> String {
        if !self.is_torn() && !piece.contains(|c| u32::from(c) >= BYTES) {
            return piece;
        }
        let mut out = String::with_capacity(piece.len());
        for c in piece.chars() {
            match u32::from(c) {
                mark @ HALVES.. => self.half(FIRST + mark - HALVES, &mut out),
                mark @ BYTES..HALVES => self.byte(u8::try_from(mark - BYTES).unwrap_or(b'?'), &mut out),
                _ => {
                    out.extend(self.rest());
                    out.push(c);
                }
            }
        }
        out
    }

    /// What stands for a half that stayed alone.
    pub(super) fn rest(&mut self) -> Option<char> {
        let is_torn = self.is_torn();
        self.first_half = None;
        self.bytes.clear();
        is_torn.then_some(char::REPLACEMENT_CHARACTER)
    }

    fn half(&mut self, unit: u32, out: &mut String) {
        if let Some(first) = self.first_half.filter(|_| unit >= SECOND) {
            self.first_half = None;
            out.extend(char::from_u32(0x1_0000 + ((first - FIRST) << 10) + (unit - SECOND)));
            return;
        }
        out.extend(self.rest());
        match unit < SECOND {
            true => self.first_half = Some(unit),
            false => out.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn byte(&mut self, byte: u8, out: &mut String) {
        if self.first_half.is_some() {
            out.extend(self.rest());
        }
        self.bytes.push(byte);
        match std::str::from_utf8(&self.bytes) {
            Ok(whole) => {
                out.push_str(whole);
                self.bytes.clear();
            }
            // More bytes may complete it.
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                let is_alone = self.bytes.len() == 1;
                out.push(char::REPLACEMENT_CHARACTER);
                self.bytes.clear();
                // The byte that did not fit may begin a character of its own.
                if !is_alone {
                    self.byte(byte, out);
                }
            }
        }
    }
}

/// A text that comes in one piece.
pub(super) fn whole(text: String) -> String {
    let mut torn = Torn::default();
    let mut text = torn.join(text);
    text.extend(torn.rest());
    text
}

/// The same for all texts of a value.
pub(super) fn whole_value(value: &mut Value) {
    match value {
        Value::String(text) => *text = whole(std::mem::take(text)),
        Value::Array(items) => items.iter_mut().for_each(whole_value),
        Value::Object(fields) => fields.values_mut().for_each(whole_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a text that are written as JSON strings, joined.
    fn joined(pieces: &[&[u8]]) -> String {
        let mut torn = Torn::default();
        let mut out = String::new();
        for piece in pieces {
            let json = [b"\"", *piece, b"\""].concat();
            let text: String = serde_json::from_slice(&json)
                .unwrap_or_else(|_| serde_json::from_str(&marked(&json).expect("it is torn")).unwrap());
            out.push_str(&torn.join(text));
        }
        out.extend(torn.rest());
        out
    }

    #[test]
    fn halves_are_joined_and_what_stays_alone_is_replaced() {
        let rows: [(&[&[u8]], &str); 13] = [
            (&[b"a\\ud83d\\ude00b"], "a😀b"),
            (&[b"a\\ud83d", b"\\ude00b"], "a😀b"),
            (&[b"a\\uD83D", b"", b"\\uDE00b"], "a😀b"),
            (&[b"a\\ud83d", b"b"], "a\u{fffd}b"),
            (&[b"a\\ude00b"], "a\u{fffd}b"),
            (&[b"\\ud83d\\ud83d\\ude00"], "\u{fffd}😀"),
            (&[b"a\\ud83d"], "a\u{fffd}"),
            (&[b"\\\\ud83d"], "\\ud83d"),
            (&[b"\\\\\\ud83d", b"\\ude00"], "\\😀"),
            (&[b"a\xf0\x9f", b"\x98\x80b"], "a😀b"),
            (&[b"a\xf0", b"\x9f", b"\x98", b"\x80"], "a😀"),
            (&[b"a\xf0\x9f", b"b"], "a\u{fffd}b"),
            (&[b"\xff\xc3", b"\xa4"], "\u{fffd}ä"),
        ];
        for (pieces, expected) in rows {
            assert_eq!(joined(pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn what_is_not_torn_is_not_marked() {
        for frame in ["{\"a\": ", "plain", "\"\\\\ud83d\"", "\"\\ud83d\\ude00\"", "\\", "\\u12"] {
            assert_eq!(marked(frame.as_bytes()), None, "{frame}");
        }
    }
}

//! Addresses of mail: around each `@` what may stand before it, and what may stand behind it.
//!
//! Neither side reaches beyond another `@`, so that each character is looked at twice at most.

use std::ops::Range;

/// Top-level domains have so many letters.
const TOP: std::ops::RangeInclusive<usize> = 2..=24;

/// Where a text holds addresses of mail, from its beginning on.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (Some(start), Some(end)) = (start_of(bytes, at), end_of(bytes, at + 1)) else { continue };
        let is_free = all.last().is_none_or(|before| before.end <= start);
        // Nothing that ends so is anyone's.
        if is_free && !text[..end].ends_with(".invalid") {
            all.push(start..end);
        }
    }
    all
}

/// Where the part before an `@` begins; `None`: there is none.
fn start_of(bytes: &[u8], at: usize) -> Option<usize> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let run = bytes[..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let mut start = at - run;
    // Two points are the end of a sentence.
    if let Some(points) = bytes[start..at].windows(2).rposition(|pair| pair == b"..") {
        start += points + 2;
    }
    // The letter of a blank as JSON writes it is none of the name.
    if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b'r' | b't') {
        start += 1;
    }
    let lead = bytes[start..at].iter().take_while(|byte| !byte.is_ascii_alphanumeric() && **byte != b'_').count();
    (start + lead < at).then_some(start + lead)
}

/// Where the part after an `@` ends, which begins here; `None`: there is none.
fn end_of(bytes: &[u8], from: usize) -> Option<usize> {
    let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut end = None;
    let mut at = from;
    loop {
        let label = bytes[at..].iter().take_while(|byte| is_label(byte)).count();
        if label == 0 {
            return end;
        }
        let letters = bytes[at..at + label].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let ends = bytes.get(at + letters).is_none_or(|next| !next.is_ascii_alphanumeric());
        if at > from && TOP.contains(&letters) && ends {
            end = Some(at + letters);
        }
        at += label;
        if bytes.get(at) != Some(&b'.') {
            return end;
        }
        at += 1;
    }
}

//! Personal data and secrets in a text: what looks like them, as far as their own checks bear it out.
//!
//! A form finds what may be one; a checksum, a table of lengths or a rule of the numbering plan decides. What has only the
//! form of a number is left as it is. Each walk over the text looks at every character a bounded number of times, whatever the
//! text is: what comes from strangers cannot make it slow.

use std::ops::Range;

use super::keys::keys;
use super::kind::SecretKind;
use super::mail::addresses;
use super::numbers::numbers;

/// Where a text holds something, from its beginning on; none within another.
pub(super) fn found(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let mut all: Vec<(SecretKind, Range<usize>)> = Vec::new();
    all.extend(keys(text).into_iter().map(|range| (SecretKind::Key, range)));
    all.extend(addresses(text).into_iter().map(|range| (SecretKind::Email, range)));
    all.extend(numbers(text));
    // Of two that begin at the same place the longer one holds the other.
    all.sort_by_key(|(_, range)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    all.retain(|(_, range)| {
        let is_apart = range.start >= end;
        if is_apart {
            end = range.end;
        }
        is_apart
    });
    all
}

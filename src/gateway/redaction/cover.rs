//! Names in place of values, and the way back.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use mediary_core::task::Task;
use regex::Regex;

use super::found::found;
use super::kind::SecretKind;
use super::quoted::{Piece, pieces};
use super::task::each_text;

/// No name is longer: a kind, and a number.
const MOST_NAME_BYTES: usize = 20;

/// How a name looks. A model may write it as it likes, so the way back takes it with other letters too.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\[(card|iban|email|phone|key)_([0-9]{1,9})\]").ok());

/// What a request's values are called.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Cover {
    kinds: Vec<SecretKind>,
    /// Names by values.
    names: HashMap<String, String>,
    /// Values by names.
    values: HashMap<String, String>,
    /// The last number of each kind.
    last: BTreeMap<SecretKind, u32>,
    /// How often something of each kind was covered.
    counts: BTreeMap<SecretKind, u32>,
}

impl Cover {
    /// A task with names in place of what it holds of these kinds, and what they stand for; `None`: it holds nothing.
    pub(in crate::gateway) fn over(task: &Task, kinds: &[SecretKind]) -> Option<(Task, Self)> {
        let mut cover = Self { kinds: kinds.to_vec(), ..Self::default() };
        // Names that the request itself has mean what they mean there.
        let mut all = task.clone();
        each_text(&mut all, &mut |text, _| {
            cover.leave_out(text);
            false
        });
        let mut is_changed = false;
        each_text(&mut all, &mut |text, is_json| match cover.covered(text, is_json) {
            Cow::Borrowed(_) => false,
            Cow::Owned(covered) => {
                *text = covered;
                is_changed = true;
                true
            }
        });
        is_changed.then_some((all, cover))
    }

    /// How much of which kind was covered, for a header: `email=2;card=1`.
    pub(in crate::gateway) fn told(&self) -> String {
        let counts = self.counts.iter().map(|(kind, count)| format!("{}={count}", kind.name()));
        counts.collect::<Vec<_>>().join(";")
    }

    fn leave_out(&mut self, text: &str) {
        let Some(names) = NAME.as_ref().filter(|_| text.contains('[')) else { return };
        for name in names.captures_iter(text) {
            let (kind, number) = (name[1].to_ascii_lowercase(), name[2].parse().unwrap_or(0));
            if let Some(kind) = SecretKind::named(&kind) {
                let last = self.last.entry(kind).or_default();
                *last = number.max(*last);
            }
        }
    }

    fn covered<'t>(&mut self, text: &'t str, is_json: bool) -> Cow<'t, str> {
        // A text that was to be JSON and is none is a text.
        match is_json.then(|| pieces(text)).flatten() {
            Some(pieces) => self.covered_json(text, &pieces),
            None => self.covered_where(text, |_| true, |name| name.to_owned()),
        }
    }

    /// Names in place of some of what a text holds, as they are written there.
    fn covered_where<'t>(
        &mut self,
        text: &'t str,
        may_be: impl Fn(&Range<usize>) -> bool,
        written: impl Fn(&str) -> String,
    ) -> Cow<'t, str> {
        let mut covered = String::new();
        let mut at = 0;
        for (kind, range) in found(text) {
            if !self.kinds.contains(&kind) || !may_be(&range) {
                continue;
            }
            covered.push_str(&text[at..range.start]);
            covered.push_str(&written(self.name_of(kind, &text[range.clone()])));
            at = range.end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        covered.push_str(&text[at..]);
        Cow::Owned(covered)
    }

    /// The same for a text of JSON: its texts as they read, and its numbers, in whose place stand texts.
    fn covered_json<'t>(&mut self, text: &'t str, pieces: &[Piece]) -> Cow<'t, str> {
        let mut all = String::new();
        let mut is_changed = false;
        for piece in pieces {
            let covered = match piece {
                Piece::Quoted { range, reads } => match self.covered_where(reads, |_| true, |name| name.to_owned()) {
                    Cow::Borrowed(_) => Cow::Borrowed(&text[range.clone()]),
                    Cow::Owned(covered) => Cow::Owned(format!("\"{}\"", escaped(&covered))),
                },
                Piece::Between(range) => {
                    let between = &text[range.clone()];
                    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| b" \t\r\n,:[]{}".contains(byte));
                    let bytes = between.as_bytes();
                    let is_whole = |found: &Range<usize>| {
                        is_end(found.start.checked_sub(1).and_then(|before| bytes.get(before)))
                            && is_end(bytes.get(found.end))
                    };
                    self.covered_where(between, is_whole, |name| format!("\"{name}\""))
                }
            };
            is_changed |= matches!(covered, Cow::Owned(_));
            all.push_str(&covered);
        }
        if is_changed { Cow::Owned(all) } else { Cow::Borrowed(text) }
    }

    fn name_of(&mut self, kind: SecretKind, value: &str) -> &str {
        *self.counts.entry(kind).or_default() += 1;
        if !self.names.contains_key(value) {
            let last = self.last.entry(kind).or_default();
            *last += 1;
            let name = format!("[{}_{last}]", kind.name().to_ascii_uppercase());
            self.values.insert(name.clone(), value.to_owned());
            self.names.insert(value.to_owned(), name);
        }
        self.names.get(value).map_or("", String::as_str)
    }

    /// A text with the values in place of their names. `is_json`: as they stand in a text of JSON.
    pub(super) fn uncovered<'t>(&self, text: &'t str, is_json: bool) -> Cow<'t, str> {
        let Some(names) = NAME.as_ref().filter(|_| text.contains('[')) else { return Cow::Borrowed(text) };
        names.replace_all(text, |name: &regex::Captures<'_>| match self.values.get(&name[0].to_ascii_uppercase()) {
            Some(value) if is_json => escaped(value),
            Some(value) => value.clone(),
            None => name[0].to_owned(),
        })
    }

    /// Where the end of a text begins that may be the beginning of a name.
    pub(super) fn unfinished(text: &str) -> usize {
        let Some(at) = text.rfind('[') else { return text.len() };
        let rest = &text.as_bytes()[at + 1..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (kind, after) = rest.split_at(letters);
        let kind = String::from_utf8_lossy(kind).to_ascii_lowercase();
        let begins = SecretKind::ALL.iter().any(|known| match after {
            [] => known.name().starts_with(&kind),
            [b'_', digits @ ..] => known.name() == kind && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        });
        if begins && rest.len() < MOST_NAME_BYTES { at } else { text.len() }
    }
}

/// A text as it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

//! Keys, tokens and private keys: by what they begin with, and that they are drawn and no examples.

use std::ops::Range;

/// What a key consists of behind its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Letters and digits.
    Plain,
    /// Capitals and digits.
    Capitals,
    /// Also hyphens.
    Hyphens,
    /// Also underlines.
    Underlines,
    /// Also both.
    Both,
}

impl Letters {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Plain => byte.is_ascii_alphanumeric(),
            Self::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hyphens => byte.is_ascii_alphanumeric() || byte == b'-',
            Self::Underlines => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Both => byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_',
        }
    }
}

/// What a key begins with, what follows, how much of it there is at least, and whether that is just how much.
const FORMS: [(&[u8], Letters, usize, bool); 27] = [
    (b"sk-", Letters::Both, 20, false),
    (b"sk_", Letters::Both, 20, false),
    (b"pk-", Letters::Both, 20, false),
    (b"pk_", Letters::Both, 20, false),
    (b"rk-", Letters::Both, 20, false),
    (b"rk_", Letters::Both, 20, false),
    (b"ghp_", Letters::Plain, 36, false),
    (b"gho_", Letters::Plain, 36, false),
    (b"ghu_", Letters::Plain, 36, false),
    (b"ghs_", Letters::Plain, 36, false),
    (b"ghr_", Letters::Plain, 36, false),
    (b"github_pat_", Letters::Underlines, 50, false),
    (b"glpat-", Letters::Both, 20, false),
    (b"xoxa-", Letters::Hyphens, 10, false),
    (b"xoxb-", Letters::Hyphens, 10, false),
    (b"xoxp-", Letters::Hyphens, 10, false),
    (b"xoxr-", Letters::Hyphens, 10, false),
    (b"xoxs-", Letters::Hyphens, 10, false),
    (b"AKIA", Letters::Capitals, 16, true),
    (b"ASIA", Letters::Capitals, 16, true),
    (b"AIza", Letters::Both, 35, true),
    (b"gsk_", Letters::Plain, 40, false),
    (b"hf_", Letters::Plain, 30, false),
    (b"npm_", Letters::Plain, 36, true),
    (b"xai-", Letters::Plain, 40, false),
    (b"pplx-", Letters::Plain, 40, false),
    (b"nvapi-", Letters::Both, 40, false),
];

/// What a token of three parts begins with, and how long its parts are at least.
const TOKEN: (&[u8], [usize; 3]) = (b"eyJ", [10, 10, 20]);
const PRIVATE_BEGIN: &[u8] = b"-----BEGIN ";
const PRIVATE_END: &[u8] = b"-----END ";
const PRIVATE_LABEL: &[u8] = b"PRIVATE KEY";
const PRIVATE_BODY: usize = 40;

/// Where a text holds keys, from its beginning on.
pub(super) fn keys(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut refused = Refused::default();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'-' => private_key(bytes, at),
            b'A' | b'e' | b'g' | b'h' | b'n' | b'p' | b'r' | b's' | b'x' if begins_word(bytes, at) => {
                refused.key(bytes, at).or_else(|| refused.token(bytes, at))
            }
            _ => None,
        };
        match end {
            Some(end) => {
                all.push(at..end);
                at = end;
            }
            None => at += 1,
        }
    }
    all
}

/// Whether a word begins at a place, be it behind a blank as JSON writes it.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match &bytes[..at] {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., before] => !is_word(*before),
        [] => true,
    }
}

/// How many bytes from a place on are such letters.
fn run(bytes: &[u8], at: usize, letters: Letters) -> usize {
    bytes[at..].iter().take_while(|byte| letters.has(**byte)).count()
}

/// Until where something was looked at and is no key: what begins within it ends where it does, and is none either.
#[derive(Debug, Default)]
struct Refused {
    until: Vec<(Letters, usize)>,
    tokens_until: usize,
}

impl Refused {
    /// The end of the key that begins at a place.
    fn key(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let (begin, letters, least, is_exact) = FORMS.into_iter().find(|(begin, ..)| bytes[at..].starts_with(begin))?;
        let from = at + begin.len();
        if is_exact {
            let end = from + least;
            let is_whole = bytes.get(from..end)?.iter().all(|byte| letters.has(*byte));
            // Of capitals there are longer words.
            let goes_on = letters == Letters::Capitals && bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
            return (is_whole && !goes_on && !is_example(&bytes[at..end])).then_some(end);
        }
        if self.until.iter().any(|(its, until)| *its == letters && from < *until) {
            return None;
        }
        let end = from + run(bytes, from, letters);
        // What is too short takes no time.
        if end - from < least {
            return None;
        }
        if !is_example(&bytes[at..end]) {
            return Some(end);
        }
        self.until.retain(|(its, _)| *its != letters);
        self.until.push((letters, end));
        None
    }

    /// The end of the token of three parts that begins at a place.
    fn token(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let (begin, [first, second, third]) = TOKEN;
        if at < self.tokens_until || !bytes[at..].starts_with(begin) {
            return None;
        }
        let first_end = at + run(bytes, at, Letters::Both);
        self.tokens_until = first_end;
        let second_at = (bytes.get(first_end) == Some(&b'.')).then_some(first_end + 1)?;
        let has_second = bytes[second_at..].starts_with(begin);
        let second_end = second_at + run(bytes, second_at, Letters::Both);
        let third_at = (has_second && bytes.get(second_end) == Some(&b'.')).then_some(second_end + 1)?;
        let end = third_at + run(bytes, third_at, Letters::Both);
        let is_long = first_end - at >= begin.len() + first
            && second_end - second_at >= begin.len() + second
            && end - third_at >= third;
        (is_long && !is_example(&bytes[at..end])).then_some(end)
    }
}

/// The end of the private key that begins at a place.
fn private_key(bytes: &[u8], at: usize) -> Option<usize> {
    let body = labelled(bytes, at, PRIVATE_BEGIN)?;
    let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/= \r\n\t\\".contains(byte);
    let length = bytes[body..].iter().take_while(|byte| is_body(byte)).count();
    let end = labelled(bytes, body + length, PRIVATE_END)?;
    (length >= PRIVATE_BODY && letters_in(&bytes[at..end]) >= LEAST_LETTERS).then_some(end)
}

/// The end of a line such as `-----BEGIN RSA PRIVATE KEY-----`.
fn labelled(bytes: &[u8], at: usize, begin: &[u8]) -> Option<usize> {
    let rest = bytes[at..].strip_prefix(begin)?;
    let label = rest.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ').count();
    let is_its = rest[..label].ends_with(PRIVATE_LABEL) && rest[label..].starts_with(b"-----");
    is_its.then_some(at + begin.len() + label + 5)
}

/// Real ones are drawn: of many letters, not of a few again and again.
const LEAST_LETTERS: u32 = 10;

/// Whether a key is one that only shows what a key looks like.
fn is_example(key: &[u8]) -> bool {
    letters_in(key) < LEAST_LETTERS || !key.iter().any(u8::is_ascii_digit)
}

/// How many different letters and digits.
fn letters_in(key: &[u8]) -> u32 {
    let plain = key.iter().filter(|byte| byte.is_ascii_alphanumeric());
    plain.fold(0_u128, |all, byte| all | 1 << byte).count_ones()
}

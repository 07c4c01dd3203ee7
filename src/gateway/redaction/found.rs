//! Personal data and secrets in a text: what looks like them, as far as their own checks bear it out.
//!
//! A pattern finds what has the form; a checksum, a table of lengths or a rule of the numbering plan decides. What has only the
//! form of a number is left as it is.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::gateway) enum SecretKind {
    /// The number of a payment card.
    Card,
    /// The number of a bank account.
    Iban,
    /// An address of mail.
    Email,
    /// A telephone number.
    Phone,
    /// A key, a token, or a private key.
    Key,
}

impl SecretKind {
    /// All of them.
    pub(in crate::gateway) const ALL: [Self; 5] = [Self::Card, Self::Iban, Self::Email, Self::Phone, Self::Key];

    /// Its name in the configuration and in headers.
    pub(in crate::gateway) fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Key => "key",
        }
    }

    /// The one of a name.
    pub(in crate::gateway) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What has the form of each, in one walk over the text. Which alternative it was is told by the group. Boundaries are those of
/// ASCII and what is long has no bound of its own, so that the walk takes the same for each byte, whatever the text is.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let key = [
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/= \r\n\t\\]{40,}-----END [A-Z ]*PRIVATE KEY-----",
        r"(?-u:\b)(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{2,12}[-_]){0,3}[A-Za-z0-9_-]{20,}",
        r"(?-u:\b)gh[pousr]_[A-Za-z0-9]{36,}",
        r"(?-u:\b)github_pat_[A-Za-z0-9_]{50,}",
        r"(?-u:\b)glpat-[A-Za-z0-9_-]{20,}",
        r"(?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}",
        r"(?-u:\b)(?:AKIA|ASIA)[0-9A-Z]{16}(?-u:\b)",
        r"(?-u:\b)AIza[0-9A-Za-z_-]{35}",
        r"(?-u:\b)gsk_[A-Za-z0-9]{40,}",
        r"(?-u:\b)hf_[A-Za-z0-9]{30,}",
        r"(?-u:\b)npm_[A-Za-z0-9]{36}",
        r"(?-u:\b)eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    ];
    let form = format!(
        "(?P<key>{})|(?P<email>{})|(?P<iban>{})|(?P<phone>{})|(?P<card>{})",
        key.join("|"),
        r"(?-u:\b)[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}(?-u:\b)",
        r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}",
        r"\+[1-9](?:[ ().\-/]{0,2}[0-9]){7,14}|(?:\([2-9][0-9]{2}\) ?|(?-u:\b)[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?-u:\b)",
        r"(?-u:\b)[2-6](?:[ -]?[0-9]){12,18}(?-u:\b)",
    );
    Regex::new(&form).ok()
});

/// Where a text holds something, from its beginning on; none within another.
pub(super) fn found(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let Some(forms) = FORMS.as_ref() else { return Vec::new() };
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(captures) = forms.captures_at(text, at) {
        let kinds = [
            (SecretKind::Key, "key"),
            (SecretKind::Email, "email"),
            (SecretKind::Iban, "iban"),
            (SecretKind::Phone, "phone"),
            (SecretKind::Card, "card"),
        ];
        let taken = kinds.into_iter().find_map(|(kind, name)| captures.name(name).map(|found| (kind, found)));
        let Some((kind, found)) = taken else { break };
        match borne_out(kind, text, found.range()) {
            Some(range) => {
                at = range.end;
                all.push((kind, range));
            }
            // Something else may begin within it.
            None => at = after_first_char(text, found.start()),
        }
    }
    all
}

fn after_first_char(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    // What only has the form of a number is a number: its other digits are no other thing.
    let word = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
    at + word.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// The part of what has the form that is what it seems.
fn borne_out(kind: SecretKind, text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let found = &text[range.clone()];
    let before = text[..range.start].chars().next_back();
    match kind {
        SecretKind::Key => (!is_example(found)).then_some(range),
        SecretKind::Email => (!found.ends_with(".invalid") && !found.contains("..")).then_some(range),
        SecretKind::Iban => {
            let length = iban_length(found)?;
            let end = found.char_indices().filter(|(_, letter)| *letter != ' ').nth(length - 1)?.0 + 1;
            let next = text[range.start + end..].chars().next();
            let number: String = found[..end].chars().filter(|letter| *letter != ' ').collect();
            let is_whole = next.is_none_or(|letter| !letter.is_ascii_alphanumeric());
            (is_whole && remainder_97(&number) == 1).then_some(range.start..range.start + end)
        }
        SecretKind::Phone => {
            let digits = found.bytes().filter(u8::is_ascii_digit).count();
            // A number with a decimal point or of a version is none.
            let is_apart = before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && letter != '.');
            (is_apart && (8..=15).contains(&digits)).then_some(range)
        }
        SecretKind::Card => {
            let digits: Vec<u32> = found.chars().filter_map(|letter| letter.to_digit(10)).collect();
            let is_apart = before.is_none_or(|letter| !matches!(letter, '.' | '-' | '_'));
            let next = text[range.end..].chars().next();
            let ends = next.is_none_or(|letter| !matches!(letter, '-' | '_'));
            (is_apart && ends && is_issued(&digits) && luhn(&digits)).then_some(range)
        }
    }
}

/// Whether a key is one that only shows what a key looks like.
fn is_example(key: &str) -> bool {
    let body: Vec<u8> = key.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let mut kinds = body.clone();
    kinds.sort_unstable();
    kinds.dedup();
    // Real ones are drawn: of many letters, not of a few again and again.
    kinds.len() < 10 || !body.iter().any(u8::is_ascii_digit) && !key.contains("PRIVATE KEY")
}

/// Whether cards of such a beginning and length are issued.
fn is_issued(digits: &[u32]) -> bool {
    let head = |count: usize| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    let length = digits.len();
    match head(1) {
        4 => matches!(length, 16 | 19),
        5 => length == 16 && (51..=55).contains(&head(2)),
        2 => length == 16 && (2221..=2720).contains(&head(4)),
        3 => length == 15 && matches!(head(2), 34 | 37) || length == 14 && matches!(head(2), 30 | 36 | 38),
        6 => {
            matches!(length, 16..=19)
                && (head(4) == 6011 || head(2) == 65 || (644..=649).contains(&head(3)) || head(2) == 62)
        }
        _ => false,
    }
}

/// The check of ISO/IEC 7812.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// The check of ISO 7064, with letters as two digits.
fn remainder_97(number: &str) -> u32 {
    let turned = number[4..].chars().chain(number[..4].chars());
    turned.filter_map(|letter| letter.to_digit(36)).fold(0, |remainder, value| match value {
        0..=9 => (remainder * 10 + value) % 97,
        _ => (remainder * 100 + value) % 97,
    })
}

/// How long an account's number is in its country, by the registry of ISO 13616.
fn iban_length(number: &str) -> Option<usize> {
    const LENGTHS: [(&str, usize); 80] = [
        ("AD", 24),
        ("AE", 23),
        ("AL", 28),
        ("AT", 20),
        ("AZ", 28),
        ("BA", 20),
        ("BE", 16),
        ("BG", 22),
        ("BH", 22),
        ("BR", 29),
        ("BY", 28),
        ("CH", 21),
        ("CR", 22),
        ("CY", 28),
        ("CZ", 24),
        ("DE", 22),
        ("DK", 18),
        ("DO", 28),
        ("EE", 20),
        ("EG", 29),
        ("ES", 24),
        ("FI", 18),
        ("FO", 18),
        ("FR", 27),
        ("GB", 22),
        ("GE", 22),
        ("GI", 23),
        ("GL", 18),
        ("GR", 27),
        ("GT", 28),
        ("HR", 21),
        ("HU", 28),
        ("IE", 22),
        ("IL", 23),
        ("IQ", 23),
        ("IS", 26),
        ("IT", 27),
        ("JO", 30),
        ("KW", 30),
        ("KZ", 20),
        ("LB", 28),
        ("LC", 32),
        ("LI", 21),
        ("LT", 20),
        ("LU", 20),
        ("LV", 21),
        ("LY", 25),
        ("MC", 27),
        ("MD", 24),
        ("ME", 22),
        ("MK", 19),
        ("MR", 27),
        ("MT", 31),
        ("MU", 30),
        ("NL", 18),
        ("NO", 15),
        ("PK", 24),
        ("PL", 28),
        ("PS", 29),
        ("PT", 25),
        ("QA", 29),
        ("RO", 24),
        ("RS", 22),
        ("SA", 24),
        ("SC", 31),
        ("SD", 18),
        ("SE", 24),
        ("SI", 19),
        ("SK", 24),
        ("SM", 27),
        ("SO", 23),
        ("ST", 25),
        ("SV", 28),
        ("TL", 23),
        ("TN", 24),
        ("TR", 26),
        ("UA", 29),
        ("VA", 22),
        ("VG", 24),
        ("XK", 20),
    ];
    LENGTHS.iter().find(|(country, _)| number.starts_with(country)).map(|(_, length)| *length)
}

//! Numbers of cards, accounts and telephones: what has their form, as far as their own checks bear it out.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::kind::SecretKind;

/// What has the form of each, in one walk over the text. Which alternative it was is told by the group. Boundaries are those of
/// ASCII, or a blank as JSON writes it; each form has a longest, so that no try looks far ahead.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let begins = r"(?:(?-u:\b)|\\[nrt])";
    let (iban, plus, american, card) = (
        r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}",
        r"\+[1-9](?:[ ().\-/]{0,2}[0-9]){7,14}",
        r"[2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-][0-9]{4}(?-u:\b)",
        r"[2-6](?:[ -]?[0-9]){12,18}(?-u:\b)",
    );
    let form = format!(
        r"{begins}(?P<iban>{iban})|(?P<plus>{plus}|\([2-9][0-9]{{2}}\) ?[2-9][0-9]{{2}}[ .-][0-9]{{4}}(?-u:\b))|{begins}(?P<phone>{american})|{begins}(?P<card>{card})",
    );
    Regex::new(&form).ok()
});

/// Where a text holds some, from its beginning on.
pub(super) fn numbers(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let Some(forms) = FORMS.as_ref() else { return Vec::new() };
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(captures) = forms.captures_at(text, at) {
        let kinds = [
            (SecretKind::Iban, "iban"),
            (SecretKind::Phone, "plus"),
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
            None => at = after_first_word(text, found.start()),
        }
    }
    all
}

fn after_first_word(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    // What only has the form of a number is a number: its other digits are no other thing.
    let word = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
    at + word.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// The character before a place; `None` where a text begins, be it after a blank as JSON writes it.
fn before(text: &str, at: usize) -> Option<char> {
    let head = &text[..at];
    let is_blank = head.ends_with("\\n") || head.ends_with("\\r") || head.ends_with("\\t");
    head.chars().next_back().filter(|_| !is_blank)
}

/// The part of what has the form that is what it seems.
fn borne_out(kind: SecretKind, text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let found = &text[range.clone()];
    let before = before(text, range.start);
    match kind {
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
        SecretKind::Email | SecretKind::Key => None,
    }
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

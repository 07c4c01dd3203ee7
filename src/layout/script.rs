//! What a line's characters tell about how to lay it out: script, direction, letter case, digits.
//!
//! Only the distinctions that order and structure need. Which recogniser knows a script is not
//! decided here.

/// Chinese and Japanese characters and their punctuation: written without spaces.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{2fdf}' | '\u{3000}'..='\u{30ff}' | '\u{3100}'..='\u{312f}' | '\u{31f0}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Characters that may stand in vertical columns.
fn may_be_vertical(character: char) -> bool {
    is_unspaced(character) || matches!(character, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}')
}

/// Hebrew, Arabic and the scripts of their Unicode blocks.
fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Whether most letters of the texts are of scripts written from right to left.
pub(super) fn reads_right_to_left<'a>(texts: impl IntoIterator<Item = &'a str>) -> bool {
    majority(texts, is_right_to_left)
}

/// Whether most characters of a text may stand in vertical columns.
pub(super) fn reads_vertically(text: &str) -> bool {
    let mut characters = text.chars().filter(|character| !character.is_whitespace());
    let (mut count, mut all) = (0_usize, 0_usize);
    for character in &mut characters {
        all += 1;
        count += usize::from(may_be_vertical(character));
    }
    2 * count > all
}

fn majority<'a>(texts: impl IntoIterator<Item = &'a str>, belongs: impl Fn(char) -> bool) -> bool {
    let (mut count, mut letters) = (0_usize, 0_usize);
    for character in texts.into_iter().flat_map(str::chars).filter(|character| character.is_alphabetic()) {
        letters += 1;
        count += usize::from(belongs(character));
    }
    2 * count > letters
}

/// How many characters of a text are seen.
pub(super) fn visible(text: &str) -> usize {
    if text.is_ascii() {
        return visible_ascii(text);
    }
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The same of a text that is ASCII, as most are: these counts are asked for many times a page.
fn visible_ascii(text: &str) -> usize {
    let is_seen = |byte: &u8| u8::from(!matches!(byte, b' ' | b'\t'..=b'\r'));
    // So many fit into a byte, in which a processor counts many at once.
    text.as_bytes().chunks(255).map(|part| usize::from(part.iter().map(is_seen).sum::<u8>())).sum()
}

/// Characters other than white space; those of unspaced scripts say as much as two letters.
pub(super) fn weight(text: &str) -> usize {
    if text.is_ascii() {
        return visible_ascii(text);
    }
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if is_unspaced(c) { 2 } else { 1 }).sum()
}

/// About how wide a text is, in heights of its type: letters of most faces share these widths, so that lines of one size
/// compare though one has many an `m` and the other many an `i`.
pub(super) fn breadth(text: &str) -> f32 {
    let of = |character: char| match character {
        ' ' => 0.26,
        'i' | 'l' | 'j' | 'I' | '\'' | '’' | '.' | ',' | ':' | ';' | '|' | '!' => 0.28,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.35,
        'c' | 's' | 'z' | 'k' | 'v' | 'x' | 'y' | 'a' | 'e' | 'J' => 0.49,
        'm' => 0.81,
        'w' => 0.74,
        'M' | 'W' => 0.9,
        character if is_unspaced(character) => 1.0,
        character if character.is_uppercase() => 0.69,
        character => {
            if character.is_whitespace() {
                0.26
            } else {
                0.54
            }
        }
    };
    text.trim().chars().map(of).sum()
}

/// Digits and letters of a text, counted.
pub(super) fn digits_and_letters(text: &str) -> (usize, usize) {
    text.chars().fold((0, 0), |(digits, letters), character| {
        (digits + usize::from(character.is_numeric()), letters + usize::from(character.is_alphabetic()))
    })
}

/// Whether a text is a number, a price, a date: at least as many digits as letters.
pub(super) fn is_numeric(text: &str) -> bool {
    let (digits, letters) = digits_and_letters(text);
    digits > 0 && digits >= letters
}

/// Whether the first letter, after opening punctuation, is lower-case.
pub(super) fn starts_lower_case(text: &str) -> bool {
    text.trim_start()
        .chars()
        .find(|character| !matches!(character, '(' | '"' | '\'' | '“' | '‘' | '«' | '„'))
        .is_some_and(char::is_lowercase)
}

/// Whether the first character belongs to a script that has no letter case.
pub(super) fn starts_uncased(text: &str) -> bool {
    text.trim_start()
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase() || is_unspaced(c))
}

/// Whether a sentence ends with the text.
pub(super) fn ends_sentence(text: &str) -> bool {
    let text = text
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '”' | '’' | '»' | '」' | '』'));
    text.ends_with(['.', '!', '?', ':', '。', '！', '？', '…', '؟', '۔'])
}

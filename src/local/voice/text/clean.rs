//! Taking out of a text what cannot be said, or would be taken for a command.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Runs of one letter longer than this are no word.
const LONGEST_RUN: usize = 4;
/// Symbols that have a name when they are read.
const NAMED_SYMBOLS: &str = "°©®™№℃℉";

/// The text without control characters, emoji and marks of Markdown, its paragraphs still apart. Empty if there is
/// nothing in it that could be said.
///
/// espeak-ng takes a control character for the start of a command and `[[` for the start of phonemes: neither is left.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for line in text.lines() {
        clean_line(line.trim(), &mut cleaned);
        cleaned.push('\n');
    }
    if cleaned.chars().any(char::is_alphanumeric) { cleaned } else { String::new() }
}

fn clean_line(line: &str, cleaned: &mut String) {
    // A rule, or the fence of a block of code.
    if !line.contains(char::is_alphanumeric) && line.starts_with(['-', '=', '*', '_', '`', '~']) {
        return;
    }
    let line = line.trim_start_matches(['#', '>']).trim_start();
    let (mut last, mut run) = ('\n', 0);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            // A link of Markdown, `[words](address)`: its words are enough.
            ']' if letters.peek() == Some(&'(') => {
                letters.by_ref().find(|&letter| letter == ')');
                continue;
            }
            '[' | ']' | '{' | '}' | '|' | '\\' | '^' => ' ',
            '*' | '`' | '~' if !between_numbers(last, letters.peek()) => continue,
            '_' => ' ',
            '’' | 'ʼ' => '\'',
            letter if is_silent(letter) => continue,
            letter if letter.is_whitespace() || letter.is_control() => ' ',
            letter => letter,
        };
        run = if letter == last { run + 1 } else { 1 };
        let is_word = letter.is_ascii_digit();
        if (letter == ' ' && matches!(last, ' ' | '\n')) || (run > LONGEST_RUN && !is_word) {
            continue;
        }
        cleaned.push(letter);
        last = letter;
    }
}

/// Whether a sign stands in a calculation.
fn between_numbers(last: char, next: Option<&char>) -> bool {
    let is_of_one = |letter: char| letter.is_ascii_digit() || letter == ' ';
    is_of_one(last) && next.is_some_and(|&next| is_of_one(next)) && last != '\n'
}

/// Whether a character has no sound: marks for the layout, emoji, what has no meaning outside of a font.
fn is_silent(letter: char) -> bool {
    match letter.general_category() {
        GeneralCategory::Format
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::Unassigned => true,
        GeneralCategory::OtherSymbol => !NAMED_SYMBOLS.contains(letter),
        // Skin tones.
        GeneralCategory::ModifierSymbol => ('\u{1f3fb}'..='\u{1f3ff}').contains(&letter),
        _ => ('\u{fe00}'..='\u{fe0f}').contains(&letter) || letter == '\u{20e3}' || letter == '\u{fffd}',
    }
}

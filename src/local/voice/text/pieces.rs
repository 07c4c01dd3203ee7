//! Cutting a text into pieces that are spoken one after another, so that the first is heard while the rest is made.
//!
//! A piece is a sentence. The first is cut short, at a clause or between words, because its length is what a listener
//! waits for; one that is too long for a voice is cut likewise. A text is looked at no further than the next piece.

use super::spelling;

/// The longest first piece, in characters.
const LONGEST_FIRST: usize = 40;
/// The longest of the others: sixteen seconds of speech.
const LONGEST: usize = 240;
/// A piece is not cut shorter than that.
const SHORTEST: usize = 12;
/// A line that is shorter was ended on purpose, not because the paper was.
const SHORT_LINE: usize = 60;
/// Words of so many letters mostly begin something: `and`, `of`, `de`, `und`.
const SHORT_WORD: usize = 3;
/// What ends a sentence, with a blank behind it or without.
const ENDS: &str = ".!?…";
const WIDE_ENDS: &str = "。！？．।؟۔";
/// What ends a clause.
const CLAUSE_ENDS: &str = ",;:—–，、；：،؛";
/// What may stand between the end of a sentence and the blank behind it.
const CLOSING: &str = "\"')]}”’»›」』）";

/// What is spoken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Its words and marks; never blank.
    pub(crate) text: &'a str,
    /// What ends with it.
    pub(crate) end: End,
}

/// What ends with a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At most a clause: its sentence goes on.
    Clause,
    /// A sentence.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// The pieces of a cleaned text in order.
pub(crate) fn pieces<'a>(text: &'a str, language: &'a str) -> impl Iterator<Item = Piece<'a>> {
    let (mut rest, mut longest) = (text.trim_start(), LONGEST_FIRST);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (bytes, end) = next_end(rest, longest, language);
            let (piece, behind) = rest.split_at(bytes);
            let is_over = behind.trim_start().is_empty();
            rest = behind.trim_start();
            let blank_line = behind[..behind.len() - rest.len()].matches('\n').count() > 1;
            let end = match end {
                End::Sentence if is_over || blank_line => End::Paragraph,
                end => end,
            };
            let text = piece.trim_end();
            // Marks alone are not spoken.
            if text.contains(char::is_alphanumeric) {
                longest = LONGEST;
                return Some(Piece { text, end });
            }
        }
        None
    })
}

/// Where the next piece ends, in bytes, and what ends there.
fn next_end(text: &str, longest: usize, language: &str) -> (usize, End) {
    let (mut clause, mut phrase, mut word) = (None, None, None);
    for (count, (at, letter)) in text.char_indices().enumerate() {
        if count >= longest {
            let cut = clause.or(phrase).or(word).unwrap_or(at);
            return (cut, End::Clause);
        }
        let after = at + letter.len_utf8();
        let behind = &text[after..];
        if letter == '\n' {
            if behind.trim_start_matches(' ').starts_with('\n') {
                return (after, End::Paragraph);
            }
            if ends_line(count, behind) {
                return (after, End::Sentence);
            }
        }
        if WIDE_ENDS.contains(letter) || (ENDS.contains(letter) && ends_sentence(&text[..at], letter, behind, language))
        {
            let closing = behind.len() - behind.trim_start_matches(is_closing).len();
            return (after + closing, End::Sentence);
        }
        if count >= SHORTEST {
            if CLAUSE_ENDS.contains(letter) && !behind.starts_with(char::is_alphanumeric) {
                clause = Some(after);
            } else if letter.is_whitespace() {
                word = Some(after);
                let letters = behind.chars().take_while(|letter| letter.is_alphabetic()).count();
                if (1..=SHORT_WORD).contains(&letters) {
                    phrase = Some(after);
                }
            }
        }
    }
    (text.len(), End::Sentence)
}

fn is_closing(mark: char) -> bool {
    CLOSING.contains(mark) || ENDS.contains(mark) || WIDE_ENDS.contains(mark)
}

/// Whether a mark ends a sentence: a blank comes behind it, and a dot is not that of a short form.
fn ends_sentence(before: &str, mark: char, behind: &str, language: &str) -> bool {
    let following = behind.trim_start_matches(is_closing);
    if following.chars().next().is_some_and(|next| !next.is_whitespace()) {
        return false;
    }
    if mark != '.' {
        return true;
    }
    let next = following.trim_start().chars().next();
    let word = before.rsplit(|letter: char| letter.is_whitespace() || letter == '(').next().unwrap_or("");
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let goes_on = next.is_some_and(char::is_lowercase)
        // The number of something, behind the short form for it.
        || next.is_some_and(|next| next.is_ascii_digit()) && spelling::is_before_number(word, language);
    !(goes_on || is_initial || spelling::is_short_form(word, language))
}

/// Whether a line of so many characters was ended on purpose: it is short, and the next begins anew.
fn ends_line(count: usize, next_line: &str) -> bool {
    count < SHORT_LINE && !next_line.trim_start().starts_with(char::is_lowercase)
}

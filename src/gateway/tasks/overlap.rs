//! Where an answer that goes on repeats what was said before: the end of it, or all of it from its beginning.
//!
//! A model that is told to go on often takes a run-up of some words, and some begin anew, often with a word of their own
//! before it. The beginning of what it says is held back until that is clear, and what was said before is cut away. What
//! was said is told by its letters: case, punctuation and marks of Markdown may differ.

use thiserror::Error;

/// So much is held back before it is decided, in bytes.
const HELD: usize = 80;
/// A shorter repetition may be chance.
const LEAST: usize = 8;
/// So many letters from the beginning of an answer are no chance.
const LEAST_ANEW: usize = 18;
/// So many are enough where no more were said.
const LEAST_LETTERS: usize = 6;
/// So many words may stand before what is begun anew.
const LEAD_IN: usize = 5;
/// So many words of a beginning are compared, where it is told in other words.
const COMPARED: usize = 14;

/// The target began anew, in other words: no seam would fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it began anew in other words instead of going on")]
pub(super) struct BeganAnew;

/// The seam between what was said and what follows.
#[derive(Debug)]
pub(super) struct Overlap {
    said: String,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not decided yet; this is held back.
    Holding(String),
    /// It repeats all of what was said, and has come so far in that.
    Repeating(usize),
    /// Everything passes.
    Open,
}

impl Overlap {
    pub(super) fn after(said: &str) -> Self {
        Self { said: said.to_owned(), state: State::Holding(String::new()) }
    }

    /// More of what follows; gives what is new in it.
    ///
    /// # Errors
    /// When it begins anew in other words.
    pub(super) fn push(&mut self, text: &str) -> Result<String, BeganAnew> {
        match &mut self.state {
            State::Open => Ok(text.to_owned()),
            State::Holding(held) => {
                held.push_str(text);
                if held.len() < HELD { Ok(String::new()) } else { self.decide() }
            }
            State::Repeating(place) => {
                let place = *place;
                self.repeat(place, text)
            }
        }
    }

    /// Nothing more follows; gives what was held back.
    ///
    /// # Errors
    /// As [`Overlap::push`].
    pub(super) fn finish(&mut self) -> Result<String, BeganAnew> {
        match self.state {
            State::Holding(_) => self.decide().and_then(|new| match self.state {
                State::Repeating(_) => Err(BeganAnew),
                State::Holding(_) | State::Open => Ok(new),
            }),
            // It ended before it was as far as the one that broke off.
            State::Repeating(_) => Err(BeganAnew),
            State::Open => Ok(String::new()),
        }
    }

    fn decide(&mut self) -> Result<String, BeganAnew> {
        let State::Holding(held) = std::mem::replace(&mut self.state, State::Open) else { return Ok(String::new()) };
        match beginning(&self.said, &held) {
            Some(Beginning::AsBefore(start)) => return self.repeat(0, &held[start..]),
            Some(Beginning::InOtherWords) => return Err(BeganAnew),
            None => {}
        }
        let trimmed = held.trim_start();
        let mut ends = trimmed.char_indices().map(|(start, c)| start + c.len_utf8());
        let again = ends.rfind(|end| *end >= LEAST && self.said.trim_end().ends_with(&trimmed[..*end]));
        let new = again.map_or(held.as_str(), |end| &trimmed[end..]);
        // The white space that was cut off for the target, if it says that again.
        let space = &self.said[self.said.trim_end().len()..];
        Ok(new.strip_prefix(space).unwrap_or(new).to_owned())
    }

    /// What is new in a text that repeats what was said from this place on.
    fn repeat(&mut self, mut place: usize, text: &str) -> Result<String, BeganAnew> {
        let last_letter = self.said.rfind(char::is_alphanumeric).unwrap_or(0);
        let mut rest = "";
        for (at, c) in text.char_indices() {
            if place > last_letter {
                rest = &text[at..];
                break;
            }
            if c.is_alphanumeric() {
                let mut left = self.said[place..].char_indices().filter(|(_, said)| said.is_alphanumeric());
                let Some((start, said)) = left.next().filter(|(_, said)| is_same(*said, c)) else {
                    return Err(BeganAnew);
                };
                place += start + said.len_utf8();
            }
        }
        let tail = &self.said[place..];
        let common = common_prefix(tail, rest);
        if place <= last_letter || (common == rest.len() && common < tail.len()) {
            self.state = State::Repeating(place + common);
            return Ok(String::new());
        }
        self.state = State::Open;
        let new = &rest[common..];
        // Punctuated otherwise, but the space between the words was said.
        let is_spaced = common < tail.len() && tail.ends_with(char::is_whitespace);
        Ok(if is_spaced { new.trim_start() } else { new }.to_owned())
    }
}

/// How a text begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// With the same letters, from this byte on.
    AsBefore(usize),
    /// With most of the same words.
    InOtherWords,
}

/// Whether a text begins what was said anew, and how.
fn beginning(said: &str, text: &str) -> Option<Beginning> {
    let words: Vec<(usize, String)> = words(text).collect();
    let starts = || words.iter().take(LEAD_IN + 1).map(|(start, _)| *start);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let least = LEAST_ANEW.min(letters(said)).max(LEAST_LETTERS);
    let same = |start: usize| {
        let (said, text) = (said.chars(), text[start..].chars());
        let pairs = said.filter(|c| c.is_alphanumeric()).zip(text.filter(|c| c.is_alphanumeric()));
        pairs.take_while(|(said, again)| is_same(*said, *again)).count()
    };
    // After other words it takes more to be sure.
    let needed = |lead_in: usize| if lead_in == 0 { least } else { LEAST_ANEW };
    if let Some((_, start)) = starts().enumerate().find(|(lead_in, start)| same(*start) >= needed(*lead_in)) {
        return Some(Beginning::AsBefore(start));
    }
    let said: Vec<String> = self::words(said).map(|(_, word)| word).take(2 * COMPARED).collect();
    let text: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
    // Two words in a row from the very beginning, and most of those that follow.
    let is_retold = |(from, at): (usize, usize)| {
        let (Some(said), Some(text)) = (said.get(from..), text.get(at..)) else { return false };
        if said.len() < 2 || text.len() < 2 || said[..2] != text[..2] {
            return false;
        }
        let text = &text[2..text.len().min(COMPARED)];
        text.len() >= 4 && in_order(&said[2..], text) * 3 >= text.len() * 2
    };
    let mut places = (0..=1).flat_map(|from| (0..=LEAD_IN).map(move |at| (from, at)));
    places.any(is_retold).then_some(Beginning::InOtherWords)
}

/// The words of a text in small letters, and where each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, String)> {
    let begins = move |(at, c): &(usize, char)| c.is_alphanumeric() && !text[..*at].ends_with(char::is_alphanumeric);
    text.char_indices().filter(begins).map(move |(at, _)| {
        let word = text[at..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        (at, word.to_lowercase())
    })
}

/// How many words two texts have in common in the same order.
fn in_order(one: &[String], other: &[String]) -> usize {
    let mut best = vec![0_usize; other.len() + 1];
    for word in one {
        let mut before = 0;
        for (at, again) in other.iter().enumerate() {
            let above = best[at + 1];
            best[at + 1] = if word == again { before + 1 } else { above.max(best[at]) };
            before = above;
        }
    }
    best.last().copied().unwrap_or(0)
}

/// Whether two letters are the same but for their case.
fn is_same(one: char, other: char) -> bool {
    one == other || one.to_lowercase().eq(other.to_lowercase())
}

/// How many bytes two texts have in common from their beginnings, in whole characters.
fn common_prefix(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "The moon moves around the earth once in a month, and the earth around the s";

    fn after(pieces: &[&str]) -> Result<String, BeganAnew> {
        let mut overlap = Overlap::after(SAID);
        let mut new = String::new();
        for piece in pieces {
            new.push_str(&overlap.push(piece)?);
        }
        new.push_str(&overlap.finish()?);
        Ok(new)
    }

    #[test]
    fn only_what_is_new_follows() {
        let rest = "un once in a year. That is why months and years are not the same in length, as anyone can see.";
        let whole = format!("{SAID}{rest}");
        let letters: Vec<String> = whole.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let rows: [(Vec<&str>, Result<String, BeganAnew>); 10] = [
            (vec![rest], Ok(rest.to_owned())),
            (vec!["un", " once"], Ok("un once".to_owned())),
            // A run-up.
            (vec!["the earth around the s", rest], Ok(rest.to_owned())),
            (vec![" around", " the s", "un."], Ok("un.".to_owned())),
            // From the beginning.
            (vec![&whole], Ok(rest.to_owned())),
            (letters, Ok(rest.to_owned())),
            (vec!["The moon moves around the earth every four weeks, more or less."], Err(BeganAnew)),
            (vec!["The moon moves around the earth once in a month."], Err(BeganAnew)),
            (vec!["The moon moves around the earth once in a month, and the earth around"], Err(BeganAnew)),
            // Too little to be a repetition.
            (vec!["s"], Ok("s".to_owned())),
        ];
        for (pieces, expected) in rows {
            assert_eq!(after(&pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn white_space_at_the_seam_is_neither_doubled_nor_lost() {
        for (said, more, expected) in [
            ("One, two, ", " three", "three"),
            ("One, two,", " three", " three"),
            ("def f():\n", "\n    return 1", "    return 1"),
            ("- one\n", "  - two", "  - two"),
        ] {
            let mut overlap = Overlap::after(said);
            assert_eq!(overlap.push(more), Ok(String::new()));
            assert_eq!(overlap.finish().as_deref(), Ok(expected), "{said:?} {more:?}");
        }
    }
    #[test]
    fn what_is_begun_anew_is_known_however_it_is_written() {
        const PLANETS: &str = "Certainly! Here is a list of the planets of the solar system, from the sun outwards: \
                               Mercury, Venus, Earth, Ma";
        let more = "rs, Jupiter, Saturn.";
        let whole = format!("{PLANETS}{more}");
        let rows = [
            // Cut, whatever the case, the punctuation and the marks.
            (whole.to_lowercase(), Ok("rs, jupiter, saturn.".to_owned())),
            (format!("Sure! {whole}"), Ok(more.to_owned())),
            (format!("Sorry for that. Once more: {whole}"), Ok(more.to_owned())),
            (whole.replace("Certainly!", "**Certainly!**"), Ok(more.to_owned())),
            (whole.replace(", from", " from"), Ok(more.to_owned())),
            // In other words.
            (whole.replace("list", "lost"), Err(BeganAnew)),
            (whole.replace("Certainly", "Certainli"), Err(BeganAnew)),
            (
                whole.replace("Here is a list of the planets of the solar system", "Here's the list of planets"),
                Err(BeganAnew),
            ),
            // It goes on.
            (
                format!(
                    "{more} The list of the planets of other systems is longer, and grows with every year that passes."
                ),
                Ok(format!(
                    "{more} The list of the planets of other systems is longer, and grows with every year that passes."
                )),
            ),
        ];
        for (text, expected) in rows {
            for pieces in [vec![text.clone()], text.chars().map(String::from).collect()] {
                let mut overlap = Overlap::after(PLANETS);
                let pushed: Result<Vec<String>, BeganAnew> = pieces.iter().map(|piece| overlap.push(piece)).collect();
                let new = pushed.and_then(|new| Ok(new.concat() + &overlap.finish()?));
                assert_eq!(new, expected, "{text}");
            }
        }
    }

    #[test]
    fn punctuation_at_the_seam_is_neither_doubled_nor_lost() {
        let said = "One is the first of the numbers, and two is the next, ";
        for (anew, expected) in [
            ("One is the first of the numbers, and two is the next, and three follows.", "and three follows."),
            ("*One* is the first of the numbers and two is the next and three follows.", "and three follows."),
        ] {
            for pieces in [vec![anew.to_owned()], anew.chars().map(String::from).collect()] {
                let mut overlap = Overlap::after(said);
                let mut new: String = pieces.iter().map(|piece| overlap.push(piece).unwrap()).collect();
                new.push_str(&overlap.finish().unwrap());
                assert_eq!(new, expected);
            }
        }
    }
}

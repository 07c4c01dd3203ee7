//! Where an answer that goes on repeats what was said before: the end of it, or all of it from its beginning.
//!
//! A model that is told to go on often takes a run-up of some words, and some begin anew. The beginning of what it says
//! is held back until that is clear, and what was said before is cut away.

use thiserror::Error;

/// So much is held back before it is decided, in bytes.
const HELD: usize = 80;
/// A shorter repetition may be chance.
const LEAST: usize = 8;
/// So much from the beginning of an answer is no chance.
const LEAST_ANEW: usize = 24;

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
    /// It repeats all of what was said, and has come so far.
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
        let trimmed = held.trim_start();
        let common = common_prefix(&self.said, trimmed);
        if common >= LEAST_ANEW.min(self.said.len()) && common >= LEAST {
            return self.repeat(0, trimmed);
        }
        let mut ends = trimmed.char_indices().map(|(start, c)| start + c.len_utf8());
        let again = ends.rfind(|end| *end >= LEAST && self.said.trim_end().ends_with(&trimmed[..*end]));
        let new = again.map_or(held.as_str(), |end| &trimmed[end..]);
        // The white space that was cut off for the target, if it says that again.
        let space = &self.said[self.said.trim_end().len()..];
        Ok(new.strip_prefix(space).unwrap_or(new).to_owned())
    }

    fn repeat(&mut self, place: usize, text: &str) -> Result<String, BeganAnew> {
        let left = &self.said[place..];
        let common = common_prefix(left, text);
        if common == left.len() {
            self.state = State::Open;
            return Ok(text[common..].to_owned());
        }
        if common < text.len() {
            return Err(BeganAnew);
        }
        self.state = State::Repeating(place + common);
        Ok(String::new())
    }
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
}

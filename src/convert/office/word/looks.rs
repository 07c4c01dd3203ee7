//! How a run of characters looks, as far as that decides whether it is seen.
//!
//! What is written in the colour of the paper is not, unless it may stand on something else: on shading, in a table or a text
//! box, which may be of any colour, or in a document whose pages have a ground.

use mediary_core::document::Hidden;

use super::super::xml::Element;

/// From this brightness of its darkest channel on, a colour is that of the paper.
const PALE: u8 = 231;
/// In half points: text that is a point high is there for programs, not for eyes.
const TINY: u32 = 2;

/// A look; `None`: as what is below it has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    vanishes: Option<bool>,
    is_white: Option<bool>,
    is_tiny: Option<bool>,
    has_ground: Option<bool>,
}

impl Look {
    /// Takes note of a property.
    pub(super) fn note(&mut self, element: &Element<'_>) {
        let value = || element.attribute("val");
        match element.name() {
            "vanish" => self.vanishes = Some(element.is_on()),
            "color" => self.is_white = Some(value().is_some_and(|value| is_pale(&value))),
            "sz" => self.is_tiny = Some(element.number::<u32>("val").is_some_and(|half_points| half_points <= TINY)),
            "highlight" => self.has_ground = Some(value().is_some_and(|value| !matches!(&*value, "none" | "white"))),
            "shd" => {
                let fill = element.attribute("fill").is_some_and(|fill| &*fill != "auto" && !is_pale(&fill));
                self.has_ground = Some(fill || element.attribute("themeFill").is_some());
            }
            _ => {}
        }
    }

    /// This look over another one.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            vanishes: self.vanishes.or(below.vanishes),
            is_white: self.is_white.or(below.is_white),
            is_tiny: self.is_tiny.or(below.is_tiny),
            // What lies below is seen around it.
            has_ground: Some(self.has_ground == Some(true) || below.has_ground == Some(true)),
        }
    }

    /// Why it is not seen; `may_be_dark`: it may stand on something else than paper.
    pub(super) fn hidden(self, may_be_dark: bool) -> Option<Hidden> {
        if self.vanishes == Some(true) {
            return Some(Hidden::Invisible);
        }
        if self.is_tiny == Some(true) {
            return Some(Hidden::Tiny);
        }
        let is_white = self.is_white == Some(true) && self.has_ground != Some(true);
        (is_white && !may_be_dark).then_some(Hidden::Unseen)
    }
}

/// Whether a colour is about that of the paper.
fn is_pale(colour: &str) -> bool {
    let channel = |at: usize| colour.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    colour.len() == 6 && [0, 2, 4].into_iter().all(|at| channel(at).is_some_and(|channel| channel >= PALE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_white_is_pale() {
        for (colour, expected) in
            [("FFFFFF", true), ("fefefe", true), ("FFFF00", false), ("auto", false), ("E0E0E0", false), ("ééé", false)]
        {
            assert_eq!(is_pale(colour), expected, "{colour}");
        }
    }
}

//! Displayed formulas: rows of signs and single letters in the faces of mathematics, or set in from the text.
//!
//! What a page says of a formula is its characters, one after the other; fractions, roots and what stands above or below
//! are lost. So such rows are marked, and their characters stay as they were read. A formula within a sentence is part of
//! the sentence.

use std::ops::Range;

use super::gauge::Gauge;
use super::rows::Row;
use super::{looks, markers};

/// What the faces of mathematics are called, in lower case; `math` is looked for in all of the name.
const FACES: [&str; 20] = [
    "cmmi", "cmsy", "cmex", "cmbsy", "msam", "msbm", "rsfs", "eufm", "eusm", "euex", "stmary", "lmmi", "lmsy", "lmex",
    "mtmi", "mtsy", "mtex", "txmi", "txsy", "pxmi",
];
/// So much of a row is set in such faces.
const SET_SHARE: f32 = 0.3;
/// Words that belong to formulas.
const FUNCTIONS: [&str; 20] = [
    "sin", "cos", "tan", "cot", "log", "exp", "lim", "max", "min", "sup", "inf", "det", "dim", "arg", "mod", "argmax",
    "argmin", "sinh", "cosh", "tanh",
];
/// Letters of other words are no more than this share of all letters.
const WORDS_SHARE: f32 = 0.25;
/// Signs of which a formula has one.
const RELATIONS: &str = "=<>≠≈≤≥≡∼≃≅∝∈∉⊂⊆→⇒⇔↦+−∑∏∫√∂∇±×⋅";
/// Signs that stand in formulas only.
const TELLING: &str = "∑∏∫√∂∇≤≥≈≡≠∈∉⊂⊆∞∝⇒⇔↦∀∃⊗⊕";
/// A row without such faces and signs is set in by so many heights of the text.
const SET_IN: f32 = 2.0;
/// A numerator, a limit of a sum: so few characters, this close to a row of the formula, in heights of the text.
const FRAGMENT_CHARACTERS: usize = 16;
const CLOSE_HEIGHTS: f32 = 0.35;
/// Rows of one formula are no further apart, in heights of the text.
const APART_HEIGHTS: f32 = 1.6;

/// How many rows from the first of a range on are a formula, given what each row is made of; `None` if they are none.
pub(super) fn formula_at(rows: &[Row], signs: &[Signs], within: Range<usize>, gauge: &Gauge) -> Option<usize> {
    let gap = |index: usize| rows[index].rect.top - rows[index - 1].rect.bottom;
    let is_close = |index: usize| gap(index) <= CLOSE_HEIGHTS * gauge.unit;
    let is_formula = |index: usize| signs[index].are_of_a_formula(&rows[index], gauge);
    let first = within.clone().take(3).find(|&index| is_formula(index))?;
    // Before the row with its signs a formula has fragments only.
    if !(within.start..first).all(|index| signs[index].are_a_fragment() && is_close(index + 1)) {
        return None;
    }
    let goes_on = |&index: &usize| {
        let is_near = gap(index) <= APART_HEIGHTS * gauge.unit;
        (is_near && is_formula(index)) || (is_close(index) && signs[index].are_a_fragment())
    };
    let rest = (first + 1..within.end).take_while(goes_on).count();
    Some(first + 1 + rest - within.start)
}

fn is_mathematical(family: &str) -> bool {
    let family = family.to_lowercase();
    family.contains("math") || FACES.iter().any(|face| family.starts_with(face))
}

/// What a row is made of.
#[derive(Debug, Default)]
pub(super) struct Signs {
    characters: usize,
    letters: usize,
    /// Letters in words that are no functions.
    in_words: usize,
    has_relation: bool,
    has_variable: bool,
    is_telling: bool,
}

impl Signs {
    pub(super) fn of(row: &Row) -> Self {
        let mut signs = Self::default();
        for line in &row.lines {
            for character in line.text.chars() {
                signs.characters += usize::from(!character.is_whitespace());
                // Prose is done with here: of ASCII only these few are signs.
                if !character.is_ascii() || matches!(character, '=' | '<' | '>' | '+') {
                    signs.has_relation |= RELATIONS.contains(character);
                    signs.is_telling |= TELLING.contains(character) || is_mathematical_letter(character);
                }
            }
            for word in line.text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty()) {
                let count = word.chars().count();
                signs.letters += count;
                let is_function = || FUNCTIONS.iter().any(|function| word.eq_ignore_ascii_case(function));
                let is_word = count >= 3 && !is_function() && !word.contains(|letter| letter >= '\u{1d400}');
                signs.in_words += if is_word { count } else { 0 };
                signs.has_variable |= !is_word;
            }
        }
        signs
    }

    fn are_of_a_formula(&self, row: &Row, gauge: &Gauge) -> bool {
        if !self.has_relation || !self.has_variable || self.in_words as f32 > WORDS_SHARE * self.letters as f32 {
            return false;
        }
        if looks::is_fixed_pitch(row) || markers::split(row.text()).is_some() {
            return false;
        }
        let is_set_in = gauge.indent(row) >= SET_IN && row.lines.iter().any(|line| line.text.contains('='));
        self.is_telling || looks::share_in(row, is_mathematical) >= SET_SHARE || is_set_in
    }

    /// Whether they may be a part of a formula above or below its row.
    fn are_a_fragment(&self) -> bool {
        (1..=FRAGMENT_CHARACTERS).contains(&self.characters) && self.in_words == 0
    }
}

/// Letters that stand for nothing but variables have codes of their own.
fn is_mathematical_letter(character: char) -> bool {
    ('\u{1d400}'..='\u{1d7ff}').contains(&character)
}

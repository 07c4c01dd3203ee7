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

/// How many rows from the first of a range on are a formula; `None` if they are none.
pub(super) fn formula_at(rows: &[Row], within: Range<usize>, gauge: &Gauge) -> Option<usize> {
    let gap = |index: usize| rows[index].rect.top - rows[index - 1].rect.bottom;
    let is_close = |index: usize| gap(index) <= CLOSE_HEIGHTS * gauge.unit;
    let first = within.clone().take(3).find(|&index| is_formula(&rows[index], gauge))?;
    // Before the row with its signs a formula has fragments only.
    if !(within.start..first).all(|index| is_fragment(&rows[index]) && is_close(index + 1)) {
        return None;
    }
    let goes_on = |&index: &usize| {
        let is_near = gap(index) <= APART_HEIGHTS * gauge.unit;
        (is_near && is_formula(&rows[index], gauge)) || (is_close(index) && is_fragment(&rows[index]))
    };
    let rest = (first + 1..within.end).take_while(goes_on).count();
    Some(first + 1 + rest - within.start)
}

fn is_formula(row: &Row, gauge: &Gauge) -> bool {
    if looks::is_fixed_pitch(row) || markers::split(row.text()).is_some() {
        return false;
    }
    let signs = Signs::of(row);
    if !signs.has_relation || !signs.has_variable || signs.in_words as f32 > WORDS_SHARE * signs.letters as f32 {
        return false;
    }
    let is_set_in = gauge.indent(row) >= SET_IN && row.lines.iter().any(|line| line.text.contains('='));
    signs.is_telling || looks::share_in(row, is_mathematical) >= SET_SHARE || is_set_in
}

/// A part of a formula above or below its row.
fn is_fragment(row: &Row) -> bool {
    let signs = Signs::of(row);
    (1..=FRAGMENT_CHARACTERS).contains(&signs.characters) && signs.in_words == 0
}

fn is_mathematical(family: &str) -> bool {
    let family = family.to_lowercase();
    family.contains("math") || FACES.iter().any(|face| family.starts_with(face))
}

/// What a row is made of.
#[derive(Default)]
struct Signs {
    characters: usize,
    letters: usize,
    /// Letters in words that are no functions.
    in_words: usize,
    has_relation: bool,
    has_variable: bool,
    is_telling: bool,
}

impl Signs {
    fn of(row: &Row) -> Self {
        let mut signs = Self::default();
        for line in &row.lines {
            for character in line.text.chars().filter(|character| !character.is_whitespace()) {
                signs.characters += 1;
                signs.has_relation |= RELATIONS.contains(character);
                signs.is_telling |= TELLING.contains(character) || ('\u{1d400}'..='\u{1d7ff}').contains(&character);
            }
            for word in line.text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty()) {
                let count = word.chars().count();
                signs.letters += count;
                let is_function = FUNCTIONS.contains(&word.to_lowercase().as_str());
                // Mathematical letters have codes of their own.
                let is_word = count >= 3 && !is_function && !word.contains(|letter| letter >= '\u{1d400}');
                signs.in_words += if is_word { count } else { 0 };
                signs.has_variable |= !is_word;
            }
        }
        signs
    }
}

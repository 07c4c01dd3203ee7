//! From what a recogniser says of its glyphs to how likely a line is right.
//!
//! A recogniser's own probabilities are too high: lines it gives 0.95 are wrong more often than one time in
//! twenty. A logistic function of the evidence, fitted for each recogniser on lines with known text, puts that
//! right. Nothing is fitted here; the constants come from `benches/calibrate.py`, which also measures the
//! error on lines the fit has not seen. What else was measured of each recogniser stands here too.

/// What the glyphs of a line or word say of it together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// The sum of the logarithms of the glyphs' probabilities; 0 at most.
    pub log_probability: f32,
    /// The sum of their probabilities.
    pub probability: f32,
    /// The lowest of the glyphs' probabilities.
    pub weakest: f32,
    /// How many glyphs there are.
    pub glyphs: u32,
}

impl Evidence {
    /// Sums the probabilities of glyphs up.
    pub(super) fn of(probabilities: impl Iterator<Item = f32>) -> Self {
        let mut evidence = Self { weakest: 1.0, ..Self::default() };
        for probability in probabilities {
            let probability = probability.clamp(1e-6, 1.0);
            evidence.log_probability += probability.ln();
            evidence.probability += probability;
            evidence.weakest = evidence.weakest.min(probability);
            evidence.glyphs += 1;
        }
        evidence
    }
}

/// The logistic function of one recogniser.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Calibration {
    intercept: f32,
    /// Of the summed logarithms.
    log_probability: f32,
    /// Of the weakest glyph's log-odds.
    weakest: f32,
    /// Of the logarithm of the number of glyphs.
    glyphs: f32,
}

impl Calibration {
    pub(super) const FAST: Self = Self { intercept: -2.061, log_probability: 0.776, weakest: 0.715, glyphs: 1.099 };
    pub(super) const ACCURATE: Self = Self { intercept: -2.169, log_probability: 1.159, weakest: 0.572, glyphs: 0.990 };
    /// For recognisers that were not measured: as doubtful as the fast one.
    pub(super) const OTHER: Self = Self::FAST;

    /// How likely it is that all glyphs are right; 0 for none.
    pub(super) fn confidence(&self, evidence: &Evidence) -> f32 {
        if evidence.glyphs == 0 {
            return 0.0;
        }
        let weakest = evidence.weakest.clamp(1e-4, 1.0 - 1e-4);
        let log_odds = self.intercept
            + self.log_probability * evidence.log_probability
            + self.weakest * (weakest / (1.0 - weakest)).ln()
            + self.glyphs * (evidence.glyphs as f32).ln();
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// What a kind of recogniser needs, and how its probabilities are calibrated.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// Lines are made this much narrower than their shape: work grows with the width.
    pub squeeze: f32,
    /// Between two glyphs of one script a doubt this strong is a space.
    pub space_threshold: f32,
    /// From the probabilities of glyphs to the probability that they are right.
    pub calibration: Calibration,
}

impl Profile {
    /// PP-OCRv6 tiny. Squeezed to nine tenths it loses nothing (measured: word F1 falls from 0.8 on). It
    /// often sees a space without choosing it (measured: a lower threshold adds spaces inside words, a
    /// higher one loses those in monospaced print).
    pub(super) const FAST: Self = Self { squeeze: 0.9, space_threshold: 0.25, calibration: Calibration::FAST };
    /// PP-OCRv6 small. Squeezed as much it reads faxes better (word F1 0.972 to 0.983), all else alike.
    pub(super) const ACCURATE: Self = Self { squeeze: 0.9, space_threshold: 0.25, calibration: Calibration::ACCURATE };
    /// A recogniser that was not measured.
    pub(super) const OTHER: Self = Self { squeeze: 1.0, space_threshold: 0.25, calibration: Calibration::OTHER };
}

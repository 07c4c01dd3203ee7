//! From what a recogniser says of its glyphs to how likely a line is right.
//!
//! A recogniser's own probabilities are too high: lines it gives 0.95 are wrong more often than one time in
//! twenty. A logistic function of the evidence, fitted for each recogniser on lines with known text, puts that
//! right. Nothing is fitted here; the constants come from `benches/calibrate.py`, which also measures the
//! error on lines the fit has not seen.

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

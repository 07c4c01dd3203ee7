//! Sums of money and rates, exact: whole numbers of very small parts of a dollar, never binary fractions.

use std::fmt;
use std::iter::Sum;
use std::ops::{AddAssign, SubAssign};

use serde::{Serialize, Serializer};

/// Parts of a dollar in which rates are kept, and …
const RATE_DIGITS: u32 = 12;
/// … parts of these in which sums are: a millionth of any rate is a whole number of them.
const SUM_PARTS: u128 = 1_000_000;
/// Digits behind the point that are shown of a sum.
const SHOWN_DIGITS: usize = 12;
const SHOWN_PARTS: u128 = 10_u128.pow(SHOWN_DIGITS as u32);

/// A sum in US dollars, in parts of 10⁻¹⁸.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Usd(u128);

/// What a unit costs in US dollars, in parts of 10⁻¹².
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(u64);

impl Rate {
    /// The rate that a number was written for: 0.075 is 0.075, not the binary fraction next to it. `None`: it is below
    /// zero, no number, larger than any price, or has more than twelve digits behind the point.
    #[must_use]
    pub fn written(number: f64) -> Option<Self> {
        if !number.is_finite() || number.is_sign_negative() && number != 0.0 || number >= 1e6 {
            return None;
        }
        // With up to six digits, which nearly all have, there is only one decimal that means this number; …
        let millionths = (number.abs() * 1e6).round();
        if millionths / 1e6 == number.abs() {
            return Some(Self(millionths as u64 * 1_000_000));
        }
        // … else the shortest that does is the one that was written.
        let decimal = format!("{}", number.abs());
        let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
        if fraction.len() > RATE_DIGITS as usize {
            return None;
        }
        format!("{whole}{fraction:0<12}").parse().ok().map(Self)
    }

    /// So many hundredths of it.
    #[must_use]
    pub fn at_percent(self, percent: u8) -> Self {
        // A rate is below 10¹⁸ parts, which leaves room for this.
        Self((u128::from(self.0) * u128::from(percent) / 100) as u64)
    }

    /// What so many units cost, where the rate is for `each` of them; rounded in the eighteenth digit.
    #[must_use]
    pub fn times(self, units: u64, each: u64) -> Usd {
        let each = u128::from(each.max(1));
        let product = u128::from(self.0).saturating_mul(u128::from(units)).saturating_mul(SUM_PARTS);
        Usd(product.saturating_add(each / 2) / each)
    }

    /// The number that it was written as.
    #[must_use]
    pub fn number(self) -> f64 {
        self.0 as f64 / 1e12
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The number next to it, for JSON and metrics.
    #[must_use]
    pub fn number(self) -> f64 {
        self.0 as f64 / 1e18
    }

    /// It as a whole number of parts of 10⁻¹⁸, to be kept.
    #[must_use]
    pub fn parts(self) -> u128 {
        self.0
    }

    /// What was kept as such a number.
    #[must_use]
    pub fn of_parts(parts: u128) -> Self {
        Self(parts)
    }
}

impl fmt::Display for Usd {
    /// As a decimal, up to twelve digits behind the point and without needless ones.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.saturating_add(SUM_PARTS / 2) / SUM_PARTS;
        let (whole, mut fraction) = (shown / SHOWN_PARTS, (shown % SHOWN_PARTS) as u64);
        if fraction == 0 {
            return write!(formatter, "{whole}");
        }
        let mut digits = SHOWN_DIGITS;
        while fraction.is_multiple_of(10) {
            (fraction, digits) = (fraction / 10, digits - 1);
        }
        write!(formatter, "{whole}.{fraction:0digits$}")
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl SubAssign for Usd {
    /// Never below nothing.
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_sub(other.0);
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, |mut sum, one| {
            sum += one;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_what_was_written() {
        let rows = [
            (0.0, Some("0")),
            (-0.0, Some("0")),
            (0.1, Some("0.1")),
            (0.075, Some("0.075")),
            (0.006, Some("0.006")),
            (1e-12, Some("0.000000000001")),
            (75.0, Some("75")),
            (0.39, Some("0.39")),
            (1.000001, Some("1.000001")),
            (1.0000001, Some("1.0000001")),
            (99.999_999, Some("99.999999")),
            (1e-13, None),
            (-0.1, None),
            (1e6, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ];
        for (number, expected) in rows {
            let one = Rate::written(number).map(|rate| rate.times(1, 1).to_string());
            assert_eq!(one.as_deref(), expected, "{number}");
            assert_eq!(Rate::written(number).map(Rate::number), expected.map(|_| number.abs()));
        }
    }

    #[test]
    fn sums_do_not_drift() {
        // In binary fractions ten tenths are not one.
        let tenth = Rate::written(0.1).unwrap().times(1, 1);
        assert_eq!((0..10).map(|_| tenth).sum::<Usd>().to_string(), "1");
        let token = Rate::written(0.075).unwrap().times(1, 1_000_000);
        assert_eq!(token.to_string(), "0.000000075");
        assert_eq!((0..1_000_000).map(|_| token).sum::<Usd>().to_string(), "0.075");
    }
}

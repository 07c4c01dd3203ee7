//! Sizes in bytes and numbers of pixels as the operator writes them: `100 MB`, `1.5 GiB`, `12_000`, `100 MP`.
//!
//! MB is 10^6 and MiB is 2^20, as the standards have it; the arithmetic is of exact integers, so that no size is off by a
//! rounding error. The sections hold these types and hand the plain numbers on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A unit's name and how many of the smallest unit it holds.
type Unit = (&'static str, u64);

const BYTE_UNITS: &[Unit] = &[
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

const PIXEL_UNITS: &[Unit] = &[("GP", 1_000_000_000), ("MP", 1_000_000), ("megapixels", 1_000_000)];

/// A number of bytes; in the file either an integer or a text such as `"100 MB"` or `"1.5 GiB"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "AsWritten", into = "String")]
pub struct Bytes(u64);

impl Bytes {
    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many megabytes, 10^6 bytes each.
    pub const fn mega(megabytes: u64) -> Self {
        Self(megabytes * 1_000_000)
    }

    /// The plain number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&display(self.0, BYTE_UNITS))
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        bytes.to_string()
    }
}

impl TryFrom<AsWritten> for Bytes {
    type Error = &'static str;

    fn try_from(written: AsWritten) -> Result<Self, Self::Error> {
        match written {
            AsWritten::Number(bytes) => Ok(Self(bytes)),
            AsWritten::Text(text) => parse(&text, BYTE_UNITS).map(Self).ok_or("not a size"),
        }
    }
}

/// A number of pixels; in the file either an integer or a text such as `"100 MP"` (megapixels).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "AsWritten", into = "String")]
pub struct Pixels(u64);

impl Pixels {
    /// So many pixels.
    pub const fn new(pixels: u64) -> Self {
        Self(pixels)
    }

    /// The plain number of pixels.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&display(self.0, PIXEL_UNITS))
    }
}

impl From<Pixels> for String {
    fn from(pixels: Pixels) -> Self {
        pixels.to_string()
    }
}

impl TryFrom<AsWritten> for Pixels {
    type Error = &'static str;

    fn try_from(written: AsWritten) -> Result<Self, Self::Error> {
        match written {
            AsWritten::Number(pixels) => Ok(Self(pixels)),
            AsWritten::Text(text) => parse(&text, PIXEL_UNITS).map(Self).ok_or("not a number of pixels"),
        }
    }
}

/// A number, or a text with a unit.
#[derive(Deserialize)]
#[serde(untagged)]
enum AsWritten {
    Number(u64),
    Text(String),
}

/// Reads `text` as a number followed by one of `units`, ignoring case and the space between; `None` when it is not one,
/// or does not fit. A fraction of the smallest unit is cut off.
fn parse(text: &str, units: &[Unit]) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim();
    let factor = if unit.is_empty() { 1 } else { units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1 };

    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if number.ends_with('.') || fraction.len() > 9 {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let total = (whole.checked_mul(scale)?.checked_add(fraction)?).checked_mul(factor.into())? / scale;
    // TOML integers end at i64::MAX, so a larger limit could not be written back.
    i64::try_from(total).ok()?.try_into().ok()
}

/// Writes `amount` in the largest of `units` (listed largest first) that holds it without a fraction.
fn display(amount: u64, units: &[Unit]) -> String {
    units
        .iter()
        .find(|(_, factor)| amount > 0 && amount.is_multiple_of(*factor))
        .map_or_else(|| amount.to_string(), |(name, factor)| format!("{} {name}", amount / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let rows: &[(&str, Option<u64>)] = &[
            ("100 MB", Some(100_000_000)),
            ("100MB", Some(100_000_000)),
            ("100 mb", Some(100_000_000)),
            ("1 MiB", Some(1_048_576)),
            ("1.5 GiB", Some(1_610_612_736)),
            ("0.1 MB", Some(100_000)),
            ("  7 B ", Some(7)),
            ("1_000", Some(1_000)),
            ("0", Some(0)),
            ("1.9", Some(1)),
            ("8 EB", None),
            ("-5 MB", None),
            ("five MB", None),
            ("MB", None),
            (".5 MB", None),
            ("5. MB", None),
            ("1.2.3 MB", None),
            ("", None),
            ("99999999999999 TB", None),
            ("10 MB extra", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text, BYTE_UNITS), *expected, "{text:?}");
        }
    }

    #[test]
    fn sizes_are_written_in_the_largest_unit_without_a_fraction_and_read_back() {
        let rows = [
            (200_000_000, "200 MB"),
            (2_000_000_000, "2 GB"),
            (1_500_000_000, "1500 MB"),
            (1_610_612_736, "1536 MiB"),
            (1_001, "1001 B"),
            (0, "0"),
        ];
        for (bytes, text) in rows {
            assert_eq!(Bytes::new(bytes).to_string(), text);
            assert_eq!(parse(text, BYTE_UNITS), Some(bytes));
        }
    }
}

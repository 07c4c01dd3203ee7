//! A size in bytes as the operator writes it.
//!
//! MB is 10^6 and MiB is 2^20, as the standards have it. `limits` and `engines` hold these; readers take the plain
//! number out with [`Bytes::get`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quantity::{self, Unit};

const UNITS: &[Unit] = &[
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
        f.write_str(&quantity::display(self.0, UNITS))
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        bytes.to_string()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AsWritten {
    Number(u64),
    Text(String),
}

impl TryFrom<AsWritten> for Bytes {
    type Error = &'static str;

    fn try_from(written: AsWritten) -> Result<Self, Self::Error> {
        match written {
            AsWritten::Number(bytes) => Ok(Self(bytes)),
            AsWritten::Text(text) => quantity::parse(&text, UNITS).map(Self).ok_or("not a size"),
        }
    }
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
            assert_eq!(quantity::parse(text, UNITS), *expected, "{text:?}");
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
            assert_eq!(quantity::parse(text, UNITS), Some(bytes));
        }
    }
}

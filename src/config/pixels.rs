//! A number of pixels as the operator writes it.
//!
//! A count of pixels bounds the memory a decoded image needs, whatever its file's size. `limits` holds it; the image
//! decoder is handed the plain number.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quantity::{self, Unit};

const UNITS: &[Unit] = &[("GP", 1_000_000_000), ("MP", 1_000_000), ("megapixels", 1_000_000)];

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
        f.write_str(&quantity::display(self.0, UNITS))
    }
}

impl From<Pixels> for String {
    fn from(pixels: Pixels) -> Self {
        pixels.to_string()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AsWritten {
    Number(u64),
    Text(String),
}

impl TryFrom<AsWritten> for Pixels {
    type Error = &'static str;

    fn try_from(written: AsWritten) -> Result<Self, Self::Error> {
        match written {
            AsWritten::Number(pixels) => Ok(Self(pixels)),
            AsWritten::Text(text) => quantity::parse(&text, UNITS).map(Self).ok_or("not a number of pixels"),
        }
    }
}

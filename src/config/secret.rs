//! A text that must not be printed.
//!
//! Keeps API keys out of logs and error messages by having no way to show itself; it does not scrub memory. Whoever
//! compares keys calls [`Secret::expose`] and compares in constant time.

use std::fmt;

/// An API key; `Debug` prints `***`, and there is neither `Display` nor `PartialEq`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for comparing or sending; never for printing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

//! How much of a file is taken in, whatever it says of itself; and why a file is refused.
//!
//! Beside these stand the walls of the worker process: its memory and its time.

use mediary_core::Failure;
use serde::{Deserialize, Serialize};

/// Elements within elements: what people write does not come near it.
pub(super) const MAX_DEPTH: usize = 256;
/// Places of one table.
pub(super) const MAX_CELLS: usize = 4_000_000;
/// Text that entries of several places repeat, in one table.
pub(super) const MAX_REPEATED_BYTES: usize = 16_000_000;
/// Pages, slides, sheets and chapters.
pub(super) const MAX_PAGES: usize = 20_000;
/// Paragraphs, tables, notes and items of lists: some four thousand pages, and 300 MB in the making.
pub(super) const MAX_BLOCKS: usize = 200_000;
/// Embedded pictures; more are left out, and it is said so.
pub(super) const MAX_PICTURES: usize = 500;

/// What the gateway allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeLimits {
    /// Bytes that all parts of a file have together when they are unpacked.
    pub unpacked_bytes: u64,
    /// Files that come with it.
    pub attachments: usize,
}

impl Default for OfficeLimits {
    fn default() -> Self {
        Self { unpacked_bytes: 500_000_000, attachments: 1_000 }
    }
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// It is encrypted.
    Encrypted,
    /// It is no such file, or a broken one; what was found.
    Damaged(String),
    /// Elements stand within elements without end.
    TooDeep,
    /// It unpacks to more than is allowed; the limit with its name.
    TooLarge(String),
    /// Its bytes cannot be read.
    Unavailable(String),
}

impl Refusal {
    pub(super) fn damaged(what: impl std::fmt::Display) -> Self {
        // A parser may quote the file.
        Self::Damaged(what.to_string().chars().filter(|character| !character.is_control()).take(200).collect())
    }

    pub(super) fn unpacked(limit: u64) -> Self {
        Self::TooLarge(format!(
            "its parts have more than {limit} bytes when they are unpacked; raise [limits.archive] bytes"
        ))
    }

    /// The refusal as the caller is told of it.
    #[must_use]
    pub fn failure(&self, format: mediary_core::MediaFormat) -> Failure {
        match self {
            Self::Encrypted => Failure::unreadable(format!(
                "the {format} file is encrypted; open it with its password, save it without one and send that"
            )),
            Self::Damaged(what) => Failure::unreadable(format!(
                "the {format} file is damaged and cannot be read ({what}); check that it was uploaded whole, or save it anew"
            )),
            Self::TooDeep => Failure::unreadable(format!(
                "the {format} file nests its elements more than {MAX_DEPTH} deep; save it anew with the program that made it"
            )),
            Self::TooLarge(what) => Failure::too_large(format!("the {format} file is too large: {what}")),
            Self::Unavailable(what) => Failure::broken(format!("the uploaded file cannot be read back: {what}")),
        }
    }
}

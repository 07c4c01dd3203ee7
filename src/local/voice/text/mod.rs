//! What a text goes through before it is spoken: cleaned, cut into pieces, and written out as it is read.
//!
//! Pure: no engine, no child process. Numbers are left to espeak-ng, which reads them in a hundred languages; written
//! out here is what it reads badly.

mod clauses;
mod clean;
mod language;
mod pieces;
mod said;
mod spelling;
#[cfg(test)]
mod tests;

pub(super) use clauses::{Clause, clauses};
pub(super) use clean::clean;
pub use language::language_of;
pub(super) use pieces::{End, pieces};
pub(super) use said::said;

//! Answers that are given again: to a request that was answered before, and to all who ask the same at the same time.
//!
//! An entry belongs to a client, to all that was asked, and to the target that would be asked for it first: what another
//! target said before, or would have said, is no answer. Kept are whole answers only, in memory, within bounds on their
//! bytes and their age; nothing of them is written to a disk. What is asked of the targets is the tasks' affair next door.

mod alike;
mod cache;
mod canon;
mod digest;
mod flight;
mod kept;
mod outcome;
mod sharing;
#[cfg(test)]
mod tests;

pub(super) use alike::is_comparable;
pub(super) use cache::AnswerCache;
pub(super) use canon::known;
pub(super) use digest::Digest;
pub(super) use flight::{Step, Steps};
pub(super) use kept::{Replayed, events_of};
pub use outcome::{CacheNote, CacheOutcome, CacheWish};
pub(super) use sharing::Sharing;

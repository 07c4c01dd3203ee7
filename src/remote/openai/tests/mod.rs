//! The dialect from both sides: what it writes, and what it reads out of what providers send.

mod canonical;
mod embedding;
mod failures;
mod habits;
mod reading;
mod transcribing;
mod writing;

//! The dialect from both sides: what it writes, and what it reads out of what providers send.

mod failures;
mod reading;
mod writing;

//! Reminders: what a client is told of at a time, once or again and again.

mod clock;

pub use clock::{Day, Moment, NoTime};

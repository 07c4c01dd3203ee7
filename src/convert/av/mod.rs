//! Video, by ffmpeg in child processes: how long it plays, and single frames of it. Sound is taken out of it by `audio`,
//! with ffmpeg only for what cannot be decoded in this process.
//!
//! ffmpeg is the owner's own, found on the search path once; without it nothing here can be made, and the matrix says
//! so. Each call is one process without our environment, with a limit on its time and output, that dies with the future
//! that waits for it. Whether and why something is converted is the gateway's business.

mod command;
mod ffmpeg;
mod input;
mod moments;
mod probe;
#[cfg(test)]
mod tests;

pub use ffmpeg::{Ffmpeg, Frame};
pub use input::AvInput;
pub use probe::VideoFacts;

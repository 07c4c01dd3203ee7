//! Sound and video, by ffmpeg in child processes: another encoding of a sound, the sound and single frames of a video.
//!
//! ffmpeg is the owner's own, found on the search path once; without it nothing here can be made, and the matrix says
//! so. Each call is one process without our environment, with a limit on its time and output, that dies with the future
//! that waits for it. Whether and why something is converted is the gateway's business.

mod command;
mod ffmpeg;
mod input;
mod sound;
#[cfg(test)]
mod tests;

pub use ffmpeg::{Ffmpeg, Frame};
pub use input::AvInput;
pub use sound::SoundOrder;

//! Sound, in this process: recordings become samples, samples become files, files become smaller ones.
//!
//! Everything here blocks and streams: an hour of sound is never in memory as samples. Decoding runs on hostile bytes
//! behind limits and a panic guard; what it cannot decode is handed to ffmpeg, where one is given. What is said in a
//! sound is not this module's business, and neither is why it is converted.
//!
//! | wanted | take |
//! |---|---|
//! | the samples of an upload, for an engine | [`Recording`], a [`SampleSource`](mediary_core::sound::SampleSource) |
//! | its length, rate and codec, for a plan | [`Recording::facts`] |
//! | the same sound in another form, whole | [`Recording::encoded`] |
//! | the same sound in pieces under a target's caps | [`Recording::pieces`] |
//! | a file from samples while they are made | [`Encoder`] |
//! | samples from a file while it arrives | [`Arriving`] |
//! | another pace at the same pitch | [`Stretch`] |
//! | the sound of telephones, sample by sample | [`from_mu_law`], [`from_a_law`] and their counterparts |

mod arriving;
mod edits;
mod encode;
mod facts;
mod ffmpeg;
mod g711;
mod input;
mod pieces;
mod recording;
mod resample;
mod riff;
mod salvage;
mod stretch;
#[cfg(test)]
mod tests;
mod track;

pub use arriving::Arriving;
pub use encode::{Encoder, Encoding};
pub use facts::{SoundFacts, SoundLimits};
pub use g711::{from_a_law, from_mu_law, to_a_law, to_mu_law};
pub use pieces::{Caps, Piece, Pieces};
pub use recording::Recording;
pub use resample::Resampler;
pub use riff::wav_lengths;
pub use stretch::Stretch;

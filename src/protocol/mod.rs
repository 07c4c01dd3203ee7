//! Client-facing wire formats: pure translation between what clients send and the gateway's own words.
//!
//! No I/O, no statuses. One folder per format, each with the same rooms: decode what comes in, encode
//! what goes out.

pub mod mistral;
pub mod openai;
pub mod plan;
pub mod process;

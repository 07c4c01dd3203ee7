//! The words and judgements of Mediary: what a medium is, what a read document looks like, how
//! things fail and what an engine must be able to do.
//!
//! This floor is data and pure functions. It never awaits, opens a file, touches the network, reads
//! a clock or draws a random number: whatever depends on those comes in as a value or behind a
//! trait. Everything above (conversion, local engines, the gateway) speaks in these types.

pub mod batch;
pub mod capability;
mod date;
pub mod document;
pub mod engine;
pub mod failure;
pub mod hold;
pub mod ids;
mod invisible;
pub mod language;
pub mod live;
pub mod media;
pub mod plan;
pub mod provider;
pub mod quota;
pub mod raster;
pub mod sound;
pub mod task;

pub use date::rfc3339;
pub use failure::{Consequence, Cooldown, Failure, FailureKind, Next};
pub use hold::Hold;
pub use ids::{ContentHash, ModelName, NotAHash, ProviderId, Target};
pub use invisible::{is_hidden_in_text, is_invisible, without_hidden};
pub use media::{Blob, Claim, Media, MediaFormat, MediaKind, NotBase64, Unclassifiable, classify};
pub use raster::Raster;

//! Providers as they are written: the `[[providers]]` of the configuration, and the catalogs, which have the same shape.
//!
//! Texts become checked types here, with every complaint at its line. What catalogs, configuration and environment
//! make together is the business of [`crate::providers`], which is the only reader of these values.

mod check;
mod entry;
mod images;
mod model;
mod provenance;
mod read;
mod vectors;
mod videos;
mod voice;

pub use entry::ProviderEntry;
pub use images::ImageEntry;
pub use mediary_core::quota::FreeLimits;
pub use model::{Accepted, MediaLimits, ModelEntry, PriceEntry};
pub use provenance::{Day, ProxyTerms, Terms};
pub use read::catalog;
pub(super) use read::{Page, configured};
pub use vectors::VectorEntry;
pub use videos::VideoEntry;
pub use voice::VoiceEntry;

pub use mediary_remote::DialectName;

use super::problem::Origin;

/// One `[[providers]]` of the configuration.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// What was written.
    pub entry: ProviderEntry,
    /// Where it begins.
    pub origin: Origin,
    /// Variables that its keys name and that have no value; those keys do not exist.
    pub unset_keys: Vec<String>,
    /// Other variables that it names and that have no value; without them it cannot be called.
    pub unset: Vec<String>,
}

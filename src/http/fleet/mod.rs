//! What the gateway knows of its providers: the capability matrix, which are set up, how all of them have been doing, the tiers.
//!
//! Read only, and without secrets: keys are counted, never shown.

mod capabilities;
mod profiles;
mod providers;
mod registry;
mod stats;

pub(super) use capabilities::{__path_capabilities, __path_summary, capabilities, summary};
pub(super) use profiles::{__path_profiles, profiles};
pub(super) use providers::{__path_providers, providers};
pub(super) use registry::{__path_refresh, refresh};
pub(super) use stats::{__path_stats, stats};

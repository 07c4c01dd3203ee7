//! What the gateway knows of its providers: the capability matrix, which are set up, how all of them have been doing, the tiers.
//!
//! Read only, and without secrets: keys are counted, never shown.

mod capabilities;
mod evidence;
mod profiles;
mod providers;
mod quarantines;
mod registry;
mod stats;
mod verify;

pub(super) use capabilities::{__path_capabilities, __path_summary, capabilities, summary};
pub(super) use profiles::{__path_profiles, profiles};
pub(super) use providers::{__path_providers, providers};
pub(super) use quarantines::{__path_quarantines, __path_release, quarantines, release};
pub(super) use registry::{__path_refresh, refresh};
pub(super) use stats::{__path_stats, stats};
pub(super) use verify::{__path_verify, verify};

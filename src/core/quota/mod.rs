//! Limits of rate and quota: what a provider gives for nothing, counted by us so that no call is made that it would refuse.
//!
//! Values and arithmetic only; time comes in as a value. Which key has which meter, and that two calls do not take the
//! same place, is the ledger's business in the gateway.

mod key;
mod limits;
mod meter;
#[cfg(test)]
mod tests;
mod window;
mod zone;

pub use key::{Bound, Held, Kept, KeyMeters, KeyState, ScopeState};
pub use limits::{DailyReset, FreeLimits};
pub use meter::{Axis, Full, Limited, Meter, Standing, Taken, Used};
pub use zone::Zone;

use std::time::Duration;

/// What is left of requests or of tokens, as a vendor says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// So many.
    pub left: u64,
    /// When there will be more.
    pub resets_in: Duration,
}

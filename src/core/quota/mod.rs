//! Limits of rate and quota: what a provider gives for nothing, counted by us so that no call is made that it would refuse.
//!
//! Values and arithmetic only; time comes in as a value. Which key has which meter, and that two calls do not take the
//! same place, is the ledger's business in the gateway.

mod limits;
mod zone;

pub use limits::{DailyReset, FreeLimits};
pub use zone::Zone;

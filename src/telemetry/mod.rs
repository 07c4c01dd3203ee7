//! What the operator sees from outside: logs on standard error, numbers at `/metrics`.
//!
//! Sets both up and owns the names of all metrics; it decides nothing about requests and never writes to standard
//! output, which belongs to the command line's answers. `main` sets up, the door and the gateway report.

mod logs;
pub mod metrics;

pub use logs::{Log, LogSetupError, init};

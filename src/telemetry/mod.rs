//! What the operator sees from outside: logs on standard error, numbers at `/metrics`.
//!
//! Sets both up and owns the names of all metrics; it decides nothing about requests and never writes to standard
//! output, which belongs to the command line's answers. `main` sets up, the door and the gateway report.

mod gathered;
mod json_lines;
mod logs;
pub mod metrics;

pub use gathered::Log;
#[cfg(test)]
pub(crate) use json_lines::JsonLines;
pub use logs::{LogSetupError, init};

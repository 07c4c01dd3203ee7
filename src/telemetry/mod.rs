//! What the operator sees from outside: logs on standard error, numbers at `/metrics`, and what a
//! collector is told where one is named.
//!
//! Sets both up and owns the names of all metrics; it decides nothing about requests and never writes to standard
//! output, which belongs to the command line's answers. `main` sets up, the door and the gateway report.

mod gathered;
mod json_lines;
mod logs;
pub mod metrics;
mod otlp;
mod work;

pub use gathered::Log;
#[cfg(test)]
pub(crate) use json_lines::JsonLines;
pub use logs::{LogSetupError, init};
pub use otlp::Otlp;
pub use work::{CallDone, WorkDone};

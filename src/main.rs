//! The `mediary` program: arguments and environment in, an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    mediary::cli::main(mediary::config::Environment::capture())
}

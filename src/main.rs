//! The `mediary` program: arguments and environment in, an exit code out.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A short request makes some hundred small allocations; this allocator serves them in half the time of the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    mediary::cli::main(mediary::config::Environment::capture())
}

//! Has the program built anew when the dashboard's files are others. It builds none of them: `make dashboard` does.

use std::env;

#[expect(clippy::disallowed_methods, reason = "this is how Cargo tells a build script what it builds")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Debug builds read the files from the folder, whatever is in it.
    if env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=dashboard/dist");
    }
}

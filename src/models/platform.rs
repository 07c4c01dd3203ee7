//! The name of a platform as the cards spell it: `linux-x86_64`, `linux-aarch64`, `macos-aarch64`, `macos-x86_64`.
//!
//! It is about the program, not the machine: what counts is which libraries this executable can load.

use std::fmt;

/// An operating system and an instruction set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform(String);

impl Platform {
    /// The platform this executable was built for.
    ///
    /// A build against musl is a platform of its own: it cannot load the libraries of the `manylinux` packages.
    #[must_use]
    pub fn current() -> Self {
        let libc = if cfg!(target_env = "musl") { "musl-" } else { "" };
        Self(format!("{}-{libc}{}", std::env::consts::OS, std::env::consts::ARCH))
    }

    /// The name as the cards spell it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(super) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! The `[admission]` section: how much all requests together may hold, and how long one waits for its part.
//!
//! Only numbers; the rooms are the gateway's, which also looks up what is left to the machine here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::{Bytes, Pixels};

/// The checked `[admission]` section.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Bytes of bodies and parts in memory; 0: a quarter of what the machine gives.
    pub bytes: Bytes,
    /// Pixels of decoded pictures.
    pub pixels: Pixels,
    /// Child processes with work in hand; 0: as many as there are processors.
    pub children: u32,
    /// How long a request waits.
    pub wait: Duration,
}

impl Default for Admission {
    fn default() -> Self {
        super::Config::default().admission
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawAdmission {
    bytes: Bytes,
    pixels: Pixels,
    children: u32,
    wait_seconds: u32,
}

impl Default for RawAdmission {
    fn default() -> Self {
        Self { bytes: Bytes::new(0), pixels: Pixels::new(200_000_000), children: 0, wait_seconds: 30 }
    }
}

/// Less than this and no picture of a page would fit.
const LEAST_PIXELS: u64 = 20_000_000;
/// More child processes than this is a slip of the keyboard.
const MOST_CHILDREN: u32 = 1024;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "admission.bytes",
        "a size such as \"1 GB\", or 0",
        "most bytes of bodies and parts that all requests hold in memory; 0: a quarter of what the machine or its control group gives",
    ),
    Key::new(
        "admission.pixels",
        "a number of pixels of at least \"20 MP\"",
        "most pixels that are decoded at once; a picture that takes more than four bytes a pixel counts for more",
    ),
    Key::new(
        "admission.children",
        "a whole number from 0 to 1024",
        "most child processes at work, PDF workers and ffmpeg together; 0: as many as there are processors",
    ),
    Key::new(
        "admission.wait_seconds",
        "a whole number of seconds, 1 or more",
        "how long a request waits for room before a 503 with `Retry-After`",
    ),
];

impl RawAdmission {
    pub(super) fn check(&self, check: &mut Check<'_>) -> Admission {
        check.require("admission.pixels", self.pixels.get() >= LEAST_PIXELS);
        check.require("admission.children", self.children <= MOST_CHILDREN);
        check.require("admission.wait_seconds", self.wait_seconds > 0);
        Admission {
            bytes: self.bytes,
            pixels: self.pixels,
            children: self.children,
            wait: Duration::from_secs(self.wait_seconds.into()),
        }
    }
}

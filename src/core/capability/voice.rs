//! The voices that a target speaks with.

use serde::{Deserialize, Serialize};

/// One voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// The name by which it is asked for.
    pub name: String,
    /// The language it speaks, as a BCP 47 tag: `en-US`, `fr`.
    pub language: String,
    /// How it sounds, where that is known.
    pub gender: Option<Gender>,
    /// How many samples a second of its sound has.
    pub rate_hz: u32,
}

/// How a voice sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Like a woman's.
    Female,
    /// Like a man's.
    Male,
}

//! The `[safety]` section: whether pictures are looked at before they pass, and what is too much.
//!
//! Only wishes; the engine that looks is in `gateway`.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// The checked `[safety]` section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Safety {
    /// Whether pictures that requests send are looked at.
    pub pictures_in: bool,
    /// Whether pictures that targets make are looked at.
    pub pictures_out: bool,
    /// A picture whose share of a class, from 0 to 1, is above this is refused: `porn`.
    pub porn: f32,
    /// Likewise: `hentai`.
    pub hentai: f32,
    /// Likewise: `sexy`; at 1 none is.
    pub sexy: f32,
}

impl Default for Safety {
    fn default() -> Self {
        super::Config::default().safety
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawSafety {
    pictures_in: bool,
    pictures_out: bool,
    porn: f32,
    hentai: f32,
    sexy: f32,
}

impl Default for RawSafety {
    fn default() -> Self {
        Self { pictures_in: false, pictures_out: false, porn: 0.75, hentai: 0.75, sexy: 1.0 }
    }
}

const SHARE: &str = "a number from 0 to 1";

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "safety.pictures_in",
        "true or false",
        "whether pictures in chats, to edit and that videos start from are refused that look like what follows; needs `mediary models pull picture-safety`",
    ),
    Key::new("safety.pictures_out", "true or false", "likewise pictures that the image routes get from targets"),
    Key::new("safety.porn", SHARE, "how sure of pornography is too sure, where pictures are looked at; 1 never is"),
    Key::new("safety.hentai", SHARE, "likewise of drawn pornography"),
    Key::new("safety.sexy", SHARE, "likewise of people with little on"),
];

impl RawSafety {
    pub(super) fn check(&self, check: &mut Check<'_>) -> Safety {
        let Self { pictures_in, pictures_out, porn, hentai, sexy } = *self;
        for (key, share) in [("safety.porn", porn), ("safety.hentai", hentai), ("safety.sexy", sexy)] {
            check.require(key, (0.0..=1.0).contains(&share));
        }
        Safety { pictures_in, pictures_out, porn, hentai, sexy }
    }
}

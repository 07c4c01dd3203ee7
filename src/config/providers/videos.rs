//! The videos that a model makes, as they are written in its entry.

use std::str::FromStr;

use mediary_core::capability::VideoAbilities;
use mediary_core::task::{Aspect, FrameSize};
use serde::{Deserialize, Deserializer};

/// What a model that makes videos can be asked for. What is left out is taken as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VideoEntry {
    /// How long they can be, in seconds.
    #[serde(default)]
    pub seconds: Vec<u32>,
    /// Their sizes, such as `1280x720`.
    #[serde(default, deserialize_with = "texts")]
    pub sizes: Vec<FrameSize>,
    /// Their ratios of sides, such as `16:9`.
    #[serde(default, deserialize_with = "texts")]
    pub ratios: Vec<Aspect>,
    /// Their lines, such as 720 for `720p`.
    #[serde(default)]
    pub lines: Vec<u32>,
    /// Whether they always or never have sound; left out: as is asked for.
    pub audio: Option<bool>,
    /// Whether a video can be made of one that it made before.
    #[serde(default)]
    pub remixes: bool,
    /// Whether a video has to begin with a picture.
    #[serde(default)]
    pub needs_picture: bool,
    /// Whether it is told where a picture is, and fetches it.
    #[serde(default)]
    pub by_address: bool,
    /// Whether it is told nothing but words, and makes its videos as it likes.
    #[serde(default)]
    pub fixed: bool,
}

impl VideoEntry {
    /// What it comes to.
    #[must_use]
    pub fn abilities(&self) -> VideoAbilities {
        let Self { seconds, sizes, ratios, lines, audio, .. } = self.clone();
        let Self { remixes, needs_picture, by_address, fixed, .. } = *self;
        VideoAbilities {
            seconds,
            sizes,
            aspects: ratios,
            lines,
            audio,
            remixes,
            needs_picture,
            by_address,
            is_fixed: fixed,
        }
    }
}

fn texts<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts: Vec<String> = Vec::deserialize(deserializer)?;
    let wrong = |text: &String| {
        serde::de::Error::custom(format!("`{text}` is neither a size like 1280x720 nor a ratio like 16:9"))
    };
    texts.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect()
}

//! The pictures that a model makes, as they are written in its entry.

use mediary_core::capability::{ImageAbilities, MaskForm, SizeRange};
use mediary_core::task::ImageSize;
use serde::{Deserialize, Deserializer};

/// What a model that makes pictures can be asked for. What is left out is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageEntry {
    /// The sizes it makes, such as `1024x1024`.
    #[serde(default, deserialize_with = "sizes")]
    pub sizes: Vec<ImageSize>,
    /// The sizes it makes where it is free in them.
    pub range: Option<SizeRange>,
    /// The ratios of sides it is asked for, such as `16:9`.
    #[serde(default, deserialize_with = "sizes")]
    pub ratios: Vec<ImageSize>,
    /// How many pictures it makes in one call.
    pub count: Option<u32>,
    /// How many pictures it takes to edit.
    pub sources: Option<u32>,
    /// How it is told where to change a picture: `alpha` or `black_and_white`.
    pub mask: Option<MaskForm>,
}

impl ImageEntry {
    /// What it comes to.
    #[must_use]
    pub fn abilities(&self) -> ImageAbilities {
        let Self { sizes, range, ratios, count, sources, mask } = self.clone();
        let (count, sources) = (count.unwrap_or(1).max(1), sources.unwrap_or(1));
        ImageAbilities { sizes, range, ratios, count, sources, mask }
    }
}

fn sizes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ImageSize>, D::Error> {
    let texts: Vec<String> = Vec::deserialize(deserializer)?;
    let size =
        |text: &String| text.parse().map_err(|why| serde::de::Error::custom(format!("a size {why}, not {text}")));
    texts.iter().map(size).collect()
}

//! The pictures that a target makes: how large, how many at once, and from what.

use serde::{Deserialize, Serialize};

use crate::task::ImageSize;

/// What a target that makes pictures can be asked for. The default is what is known of one of which nothing was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageAbilities {
    /// The sizes it makes; empty: not known, or any of `range`.
    pub sizes: Vec<ImageSize>,
    /// The sizes it makes where it is free in them.
    pub range: Option<SizeRange>,
    /// The ratios of sides it can be asked for; empty: it is asked for sizes.
    pub ratios: Vec<ImageSize>,
    /// How many pictures it makes in one call.
    pub count: u32,
    /// How many pictures it takes to edit.
    pub sources: u32,
    /// How it is told where to change a picture; `None`: it cannot be.
    pub mask: Option<MaskForm>,
}

impl Default for ImageAbilities {
    fn default() -> Self {
        Self { sizes: Vec::new(), range: None, ratios: Vec::new(), count: 1, sources: 1, mask: None }
    }
}

/// Sizes that a target is free in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeRange {
    /// Both sides are multiples of this.
    pub step: u32,
    /// The shortest side.
    pub least: u32,
    /// The longest side.
    pub most: u32,
    /// How many times as long as the shorter side the longer one may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<u32>,
    /// How many pixels there may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<u64>,
}

/// How a mask says where a picture is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskForm {
    /// It is transparent there.
    Alpha,
    /// It is white there and black elsewhere.
    BlackAndWhite,
}

/// What a target is asked for when a size is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeChoice {
    /// The size or the ratio to ask for; `None`: nothing is asked for.
    pub asked: Option<ImageSize>,
    /// Whether what comes will have the size that is wanted, as far as is known.
    pub is_exact: bool,
}

impl ImageAbilities {
    /// What to ask for so that the picture comes as near as possible to a size.
    #[must_use]
    pub fn nearest(&self, wanted: ImageSize) -> SizeChoice {
        if self.sizes.contains(&wanted) {
            return SizeChoice { asked: Some(wanted), is_exact: true };
        }
        if let Some(range) = self.range {
            let asked = range.nearest(wanted);
            return SizeChoice { asked: Some(asked), is_exact: asked == wanted };
        }
        let near = nearest_of(&self.sizes, wanted).or_else(|| nearest_of(&self.ratios, wanted));
        match near {
            Some(asked) => SizeChoice { asked: Some(asked), is_exact: false },
            // Nothing is known of it: it may well make what it is asked for, and what comes is looked at.
            None => SizeChoice { asked: Some(wanted), is_exact: true },
        }
    }

    /// What to ask for so that the picture's sides come as near as possible to a ratio.
    #[must_use]
    pub fn nearest_ratio(&self, ratio: ImageSize) -> SizeChoice {
        let choice = self.nearest(ratio.about_a_megapixel());
        SizeChoice { is_exact: choice.asked.is_none_or(|asked| asked.has_ratio(ratio)), ..choice }
    }

    /// Whether it is asked for ratios rather than sizes.
    #[must_use]
    pub fn goes_by_ratio(&self) -> bool {
        !self.ratios.is_empty()
    }
}

/// The pair of sides whose ratio is nearest, and of several the one with the nearest number of pixels.
fn nearest_of(all: &[ImageSize], wanted: ImageSize) -> Option<ImageSize> {
    let rank = |size: &ImageSize| {
        let ratio = (size.distance_to_ratio(wanted) * 1000.0).round() as u64;
        (ratio, size.pixels().abs_diff(wanted.pixels()))
    };
    all.iter().copied().min_by_key(rank)
}

impl SizeRange {
    /// The size in the range whose ratio is about the same: scaled into it, then rounded to its steps.
    fn nearest(self, wanted: ImageSize) -> ImageSize {
        let Self { least, most, .. } = self;
        let step = self.step.max(1);
        let (mut width, mut height) = (f64::from(wanted.width), f64::from(wanted.height));
        // A side that is too short for the other one is longer, so that what was asked for can be cut out.
        if let Some(ratio) = self.ratio.map(f64::from) {
            (width, height) = (width.max(height / ratio), height.max(width / ratio));
        }
        let (longer, shorter) = (width.max(height), width.min(height));
        let fits = self.pixels.map_or(f64::INFINITY, |most| (most as f64 / (width * height)).sqrt());
        let scale = match (longer > f64::from(most), shorter < f64::from(least)) {
            (true, _) => f64::from(most) / longer,
            (false, true) => f64::from(least) / shorter,
            (false, false) => 1.0,
        };
        let scale = scale.min(fits);
        let side = |side: f64| ((side * scale / f64::from(step)).round() as u32 * step).clamp(least, most);
        let mut size = ImageSize { width: side(width), height: side(height) };
        // Rounding may lead out of the range again.
        while self.is_beyond(size) && size.width.max(size.height) > least.max(step) {
            match size.width >= size.height {
                true => size.width -= step,
                false => size.height -= step,
            }
        }
        size
    }

    fn is_beyond(self, size: ImageSize) -> bool {
        let (longer, shorter) = (size.width.max(size.height), size.width.min(size.height));
        self.pixels.is_some_and(|most| size.pixels() > most)
            || self.ratio.is_some_and(|ratio| longer > shorter.saturating_mul(ratio))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_size_has_the_nearest_ratio_first() {
        let sizes = |all: &[(u32, u32)]| all.iter().map(|(width, height)| ImageSize::new(*width, *height)).collect();
        let fixed = ImageAbilities { sizes: sizes(&[(1024, 1024), (1536, 1024), (1024, 1536)]), ..Default::default() };
        let by_ratio = ImageAbilities { ratios: sizes(&[(1, 1), (16, 9), (9, 16), (4, 3)]), ..Default::default() };
        let range = SizeRange { step: 16, least: 256, most: 2048, ratio: None, pixels: None };
        let free = ImageAbilities { range: Some(range), ..Default::default() };
        let range = SizeRange { step: 16, least: 256, most: 3840, ratio: Some(3), pixels: Some(3840 * 2160) };
        let bounded = ImageAbilities { range: Some(range), ..Default::default() };
        let rows = [
            (&fixed, (1024, 1024), (1024, 1024), true),
            (&fixed, (512, 512), (1024, 1024), false),
            (&fixed, (1920, 1080), (1536, 1024), false),
            (&fixed, (300, 4000), (1024, 1536), false),
            (&by_ratio, (1920, 1080), (16, 9), false),
            (&by_ratio, (1024, 1024), (1, 1), false),
            (&free, (800, 608), (800, 608), true),
            (&free, (1000, 1000), (1008, 1008), false),
            (&free, (4096, 2048), (2048, 1024), false),
            (&free, (128, 64), (512, 256), false),
            (&ImageAbilities::default(), (333, 777), (333, 777), true),
            (&bounded, (3840, 2160), (3840, 2160), true),
            (&bounded, (3840, 3840), (2880, 2880), false),
            (&bounded, (2160, 3840), (2160, 3840), true),
            (&bounded, (3072, 512), (3072, 1024), false),
            (&bounded, (400, 2000), (672, 2000), false),
        ];
        for (abilities, wanted, asked, is_exact) in rows {
            let choice = abilities.nearest(ImageSize::new(wanted.0, wanted.1));
            let asked = Some(ImageSize::new(asked.0, asked.1));
            assert_eq!(choice, SizeChoice { asked, is_exact }, "{wanted:?}");
        }
        let rows = [
            (&fixed, (1, 1), (1024, 1024), true),
            (&fixed, (16, 9), (1536, 1024), false),
            (&by_ratio, (16, 9), (16, 9), true),
            (&by_ratio, (21, 9), (16, 9), false),
            (&free, (16, 9), (1360, 768), true),
            (&ImageAbilities::default(), (3, 2), (1254, 836), true),
        ];
        for (abilities, ratio, asked, is_exact) in rows {
            let choice = abilities.nearest_ratio(ImageSize::new(ratio.0, ratio.1));
            let asked = Some(ImageSize::new(asked.0, asked.1));
            assert_eq!(choice, SizeChoice { asked, is_exact }, "{ratio:?}");
        }
    }
}

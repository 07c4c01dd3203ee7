//! Pictures to make: from words, from other pictures and words, or from a picture alone.

use std::fmt;
use std::str::FromStr;

use super::Extras;
use crate::capability::{PictureKind, TaskKind};
use crate::{Blob, Media, MediaFormat};

/// Pictures to make, all of one request.
#[derive(Debug, Clone)]
pub struct ImageJob {
    /// From what.
    pub work: ImageWork,
    /// What is to be seen; empty for variations, which go by their picture.
    pub prompt: String,
    /// How many, 1 to 10.
    pub count: u32,
    /// How large; `None`: as the target likes.
    pub size: Option<ImageSize>,
    /// Its sides' ratio where no size is named, such as 16 to 9.
    pub ratio: Option<ImageSize>,
    /// How carefully it is made, in the words of OpenAI's wire format.
    pub quality: Option<String>,
    /// How it is drawn, likewise.
    pub style: Option<String>,
    /// Whether what is behind is transparent, likewise.
    pub background: Option<String>,
    /// In which format it is wanted; `None`: as the target gives it.
    pub format: Option<MediaFormat>,
    /// How much a JPEG or a WebP may keep of its quality, 0 to 100.
    pub compression: Option<u8>,
    /// What the target's dice begin with.
    pub seed: Option<i64>,
    /// Whether the client wants to see the picture as it grows, and how many stages of it.
    pub partial_images: Option<u8>,
    /// Everything else that was asked for.
    pub extras: Extras,
    /// Files in fields that are not known here, for a target that knows them.
    pub attachments: Vec<Attachment>,
}

/// What pictures are made from.
#[derive(Debug, Clone)]
pub enum ImageWork {
    /// Words.
    Generation,
    /// Pictures and words.
    Edit {
        /// The pictures. Never empty.
        sources: Vec<Media>,
        /// Where the first of them is to be changed: a picture of its size, transparent there.
        mask: Option<Media>,
    },
    /// Another picture, without words.
    Variation(Media),
}

impl ImageWork {
    /// The pictures that it begins with.
    #[must_use]
    pub fn sources(&self) -> &[Media] {
        match self {
            Self::Generation => &[],
            Self::Edit { sources, .. } => sources,
            Self::Variation(source) => std::slice::from_ref(source),
        }
    }

    /// Where its first picture is to be changed.
    #[must_use]
    pub fn mask(&self) -> Option<&Media> {
        match self {
            Self::Edit { mask, .. } => mask.as_ref(),
            Self::Generation | Self::Variation(_) => None,
        }
    }
}

/// A file in a field that is not known here.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The field.
    pub field: String,
    /// The file's name, if it had one.
    pub file_name: Option<String>,
    /// Its media type as the client named it.
    pub media_type: Option<String>,
    /// Its bytes.
    pub blob: Blob,
}

impl ImageJob {
    /// One picture from words, of which nothing else is said.
    #[must_use]
    pub fn of(prompt: impl Into<String>) -> Self {
        Self {
            work: ImageWork::Generation,
            prompt: prompt.into(),
            count: 1,
            size: None,
            ratio: None,
            quality: None,
            style: None,
            background: None,
            format: None,
            compression: None,
            seed: None,
            partial_images: None,
            extras: Extras::new(),
            attachments: Vec::new(),
        }
    }

    /// Which kind of work it is.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match &self.work {
            ImageWork::Generation => TaskKind::ImageGeneration,
            ImageWork::Edit { .. } => TaskKind::ImageEdit,
            ImageWork::Variation(_) => TaskKind::ImageVariation,
        }
    }
}

/// Ratios whose logarithms are no farther apart look the same: the sizes that are sold for a ratio are within this.
const SAME_RATIO: f64 = 0.03;

/// Two sides, in pixels or as a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageSize {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl ImageSize {
    /// Of so many columns and rows.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// How many pixels.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// A size of this ratio, about as large as what most targets make.
    #[must_use]
    pub fn about_a_megapixel(self) -> Self {
        let scale = (1_048_576.0 / self.pixels() as f64).sqrt();
        let side = |side: u32| (f64::from(side) * scale).round().max(1.0) as u32;
        Self::new(side(self.width), side(self.height))
    }

    /// Whether its sides have this ratio, as far as anyone sees: what is sold as 4:3 is seldom so to the pixel.
    #[must_use]
    pub fn has_ratio(self, ratio: Self) -> bool {
        self.distance_to_ratio(ratio) <= SAME_RATIO
    }

    /// What is left of it when it is cut to a ratio; all of it where it has that.
    #[must_use]
    pub fn cut_to(self, ratio: Self) -> Self {
        if self.has_ratio(ratio) {
            return self;
        }
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let wanted = f64::from(ratio.width) / f64::from(ratio.height);
        let side = |side: f64| side.round().max(1.0) as u32;
        match width / height > wanted {
            true => Self { width: side(height * wanted), ..self },
            false => Self { height: side(width / wanted), ..self },
        }
    }

    /// How far another pair of sides is from having the same ratio: 0 if it has.
    #[must_use]
    pub fn distance_to_ratio(self, other: Self) -> f64 {
        let ratio = |size: Self| (f64::from(size.width) / f64::from(size.height)).ln();
        (ratio(self) - ratio(other)).abs()
    }
}

impl fmt::Display for ImageSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.width, self.height)
    }
}

impl FromStr for ImageSize {
    type Err = &'static str;

    /// Reads `1024x1024`, `1024×1024` or, as ratios are written, `16:9`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sides = text.split_once(['x', 'X', '×', ':', '*']);
        let side = |text: &str| text.trim().parse().ok().filter(|side| *side > 0);
        let parsed = sides.and_then(|(width, height)| Some(Self { width: side(width)?, height: side(height)? }));
        parsed.ok_or("is written as 1024x1024")
    }
}

/// A picture that was made, or a stage of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Where it is.
    pub place: PicturePlace,
    /// Which stage of a picture that is not finished yet, from 0; `None`: it is finished.
    pub stage: Option<u32>,
    /// What the target made of the prompt.
    pub revised_prompt: Option<String>,
    /// How carefully it was made and how large it is, as far as that was said.
    pub kind: PictureKind,
}

impl Picture {
    /// A finished picture of which nothing else is said.
    #[must_use]
    pub fn at(place: PicturePlace) -> Self {
        Self { place, stage: None, revised_prompt: None, kind: PictureKind::default() }
    }
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq)]
pub enum PicturePlace {
    /// Here.
    Here(Blob),
    /// At this address, for a while.
    Address(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let rows = [
            ("1024x768", Some((1024, 768))),
            ("1024×768", Some((1024, 768))),
            ("1024X768", Some((1024, 768))),
            (" 16 : 9 ", Some((16, 9))),
            ("0x10", None),
            ("1024", None),
            ("axb", None),
            ("-1x5", None),
            ("99999999999x1", None),
        ];
        for (text, sides) in rows {
            assert_eq!(text.parse().ok(), sides.map(|(width, height)| ImageSize { width, height }), "{text}");
        }
    }

    #[test]
    fn pictures_are_cut_to_ratios_that_they_do_not_have() {
        let rows = [
            ("1024x1024", "16:9", "1024x576"),
            ("1024x1024", "9:16", "576x1024"),
            // As it is sold.
            ("1344x768", "16:9", "1344x768"),
            ("1184x864", "4:3", "1184x864"),
            ("1536x1024", "16:9", "1536x864"),
            ("3x1000", "1:1", "3x3"),
        ];
        for (size, ratio, left) in rows {
            let size: ImageSize = size.parse().unwrap();
            assert_eq!(size.cut_to(ratio.parse().unwrap()).to_string(), left, "{size} to {ratio}");
        }
        let wide: ImageSize = "16:9".parse().unwrap();
        assert_eq!(wide.about_a_megapixel().to_string(), "1365x768");
    }
}

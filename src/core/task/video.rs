//! Generating a video: from words, and perhaps a picture to start from, to moving pictures with or without sound.
//!
//! It takes minutes, so most targets accept it as a job and are asked later how that stands.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use bytes::Bytes;

use super::Extras;
use crate::{Failure, Media};

/// A video to be made. What is `None` is left to the target.
#[derive(Debug, Clone, Default)]
pub struct GenerateVideo {
    /// What it shows.
    pub prompt: String,
    /// The picture it starts from.
    pub start: Option<Media>,
    /// Where that picture can be fetched, for targets that are told addresses.
    pub start_url: Option<String>,
    /// How long it is to be.
    pub seconds: Option<u32>,
    /// Its width and height.
    pub size: Option<FrameSize>,
    /// Its proportions, where no size was asked for.
    pub aspect: Option<Aspect>,
    /// How many lines it is to have, as in `720p`, where no size was asked for.
    pub lines: Option<u32>,
    /// Whether it is to have sound.
    pub audio: Option<bool>,
    /// The provider's name of the job whose video this one is made of.
    pub remixes: Option<String>,
    /// Everything else that was asked for.
    pub extras: Extras,
}

impl GenerateVideo {
    /// The proportions that were asked for, in so many words or by the size.
    #[must_use]
    pub fn proportions(&self) -> Option<Aspect> {
        self.aspect.or_else(|| self.size.map(FrameSize::aspect))
    }

    /// The lines that were asked for, in so many words or by the size.
    #[must_use]
    pub fn resolution(&self) -> Option<u32> {
        self.lines.or_else(|| self.size.map(|size| size.width_pixels.min(size.height_pixels).get()))
    }
}

/// The size of a picture: `1280x720`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameSize {
    /// How wide.
    pub width_pixels: NonZeroU32,
    /// How high.
    pub height_pixels: NonZeroU32,
}

impl FrameSize {
    /// Its proportions in the smallest numbers.
    #[must_use]
    pub fn aspect(self) -> Aspect {
        Aspect { width: self.width_pixels, height: self.height_pixels }.reduced()
    }

    /// How many pixels it has.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width_pixels.get()) * u64::from(self.height_pixels.get())
    }
}

/// Proportions of a picture: `16:9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aspect {
    /// So wide …
    pub width: NonZeroU32,
    /// … for this height.
    pub height: NonZeroU32,
}

impl Aspect {
    fn reduced(self) -> Self {
        let (mut greater, mut rest) = (self.width.get(), self.height.get());
        while rest != 0 {
            (greater, rest) = (rest, greater % rest);
        }
        let part = |side: NonZeroU32| NonZeroU32::new(side.get() / greater).unwrap_or(side);
        Self { width: part(self.width), height: part(self.height) }
    }

    /// Width by height.
    #[must_use]
    pub fn ratio(self) -> f64 {
        f64::from(self.width.get()) / f64::from(self.height.get())
    }
}

/// Two numbers with a mark between them.
fn pair(text: &str, mark: char) -> Option<(NonZeroU32, NonZeroU32)> {
    let (first, second) = text.trim().split_once(mark)?;
    Some((first.trim().parse().ok()?, second.trim().parse().ok()?))
}

impl FromStr for FrameSize {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (width_pixels, height_pixels) = pair(text, 'x').or_else(|| pair(text, '*')).ok_or(())?;
        Ok(Self { width_pixels, height_pixels })
    }
}

impl fmt::Display for FrameSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.width_pixels, self.height_pixels)
    }
}

impl FromStr for Aspect {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (width, height) = pair(text, ':').ok_or(())?;
        Ok(Self { width, height }.reduced())
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.width, self.height)
    }
}

/// How a job stands that a provider has accepted.
#[derive(Debug, Clone, PartialEq)]
pub enum JobReport {
    /// It is under way.
    Running {
        /// How far, in percent, if the provider says so.
        percent: Option<u8>,
    },
    /// It is done.
    Done(JobContent),
    /// It failed.
    Failed(Failure),
    /// How it stands is said at another path of the provider's.
    At(String),
}

/// Where what a job has made is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobContent {
    /// At an address for which no key is needed.
    Public(String),
    /// At the provider itself, with the key: a path below its base URL, or an address on the same host.
    AtProvider(String),
    /// Here.
    Bytes(Bytes),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_proportions_are_read_and_written() {
        let size: FrameSize = "1280x720".parse().unwrap();
        assert_eq!((size.to_string(), size.aspect().to_string()), ("1280x720".to_owned(), "16:9".to_owned()));
        assert_eq!("720*1280".parse::<FrameSize>().unwrap().aspect().to_string(), "9:16");
        assert_eq!("32:18".parse::<Aspect>().unwrap().to_string(), "16:9");
        for wrong in ["", "1280", "0x720", "ax2", "-1x2", "1280x720x1"] {
            assert!(wrong.parse::<FrameSize>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_says_proportions_and_lines() {
        let of_size = GenerateVideo { size: "720x1280".parse().ok(), ..GenerateVideo::default() };
        assert_eq!((of_size.proportions().unwrap().to_string(), of_size.resolution()), ("9:16".to_owned(), Some(720)));
        let of_words =
            GenerateVideo { aspect: "1:1".parse().ok(), lines: Some(480), size: None, ..GenerateVideo::default() };
        assert_eq!((of_words.proportions().unwrap().to_string(), of_words.resolution()), ("1:1".to_owned(), Some(480)));
    }
}

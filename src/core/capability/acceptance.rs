//! A format that a target takes, with its limits, and what keeps a part from being taken.

use std::fmt;

use serde::Serialize;

use crate::task::PartPath;
use crate::{MediaFormat, MediaKind};

/// A format that a target takes. A limit that is not published is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// Which format.
    pub format: MediaFormat,
    /// The most bytes of one file.
    pub bytes: Option<u64>,
    /// The most files of this medium in one request.
    pub count: Option<u32>,
    /// The longest side of a picture, in pixels.
    pub side_pixels: Option<u32>,
    /// The longer side beyond which a picture gains nothing there: it is scaled down to about this by the target itself.
    pub best_side_pixels: Option<u32>,
    /// Whether it sees all pictures of an animation.
    pub animated: bool,
    /// The longest sound or video.
    pub seconds: Option<u32>,
    /// The most pages of a document.
    pub pages: Option<u32>,
    /// Whether it fetches media by itself when given an address.
    pub by_url: bool,
}

impl Acceptance {
    /// A format taken without known limits.
    #[must_use]
    pub fn of(format: MediaFormat) -> Self {
        Self {
            format,
            bytes: None,
            count: None,
            side_pixels: None,
            best_side_pixels: None,
            animated: false,
            seconds: None,
            pages: None,
            by_url: false,
        }
    }

    /// Whether a picture that is taken as it is had better be sent otherwise: smaller, or without what the file says beside
    /// its picture.
    #[must_use]
    pub fn is_better_redrawn(&self, part: &PartShape) -> bool {
        let larger = self.best_side_pixels.zip(part.side_pixels).is_some_and(|(best, side)| side > best);
        part.kind() == MediaKind::Image && !part.animated && (larger || part.has_metadata)
    }

    /// What keeps a part from being taken as it is; `count` is how many of its medium the request holds.
    #[must_use]
    pub fn misfit(&self, part: &PartShape, count: u32) -> Option<Misfit> {
        let over = |limit: Option<u32>, value: Option<u32>| limit.zip(value).filter(|(limit, value)| value > limit);
        if part.animated && !self.animated {
            return Some(Misfit::Animated);
        }
        if let Some(limit) = self.bytes.filter(|limit| part.bytes > *limit) {
            return Some(Misfit::Bytes { limit });
        }
        if let Some((limit, _)) = over(self.side_pixels, part.side_pixels) {
            return Some(Misfit::Pixels { limit });
        }
        if let Some((limit, _)) = over(self.seconds, part.seconds) {
            return Some(Misfit::Seconds { limit });
        }
        if let Some((limit, _)) = over(self.pages, part.pages) {
            return Some(Misfit::Pages { limit });
        }
        over(self.count, Some(count)).map(|(limit, _)| Misfit::Count { limit })
    }
}

/// A part as far as a plan depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartShape {
    /// Where it stands.
    pub place: PartPath,
    /// What it is.
    pub format: MediaFormat,
    /// Its length.
    pub bytes: u64,
    /// The longer side of a picture.
    pub side_pixels: Option<u32>,
    /// The length of a sound or video.
    pub seconds: Option<u32>,
    /// The pages of a document.
    pub pages: Option<u32>,
    /// Whether it stands in the result of a tool.
    pub in_tool_result: bool,
    /// Whether it is a picture that moves.
    pub animated: bool,
    /// Whether it is a picture whose file says more than its picture: where it was taken, or which way up it is.
    pub has_metadata: bool,
}

impl PartShape {
    /// A part of which no more is known than its length.
    #[must_use]
    pub fn of(place: PartPath, format: MediaFormat, bytes: u64) -> Self {
        Self {
            place,
            format,
            bytes,
            side_pixels: None,
            seconds: None,
            pages: None,
            in_tool_result: false,
            animated: false,
            has_metadata: false,
        }
    }

    /// The medium it is.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.format.kind()
    }
}

/// Why a part is not taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each limit is the target's own")]
pub enum Misfit {
    /// The target does not read the format.
    Format,
    /// It reads it, but not in the results of tools.
    InToolResult,
    /// It sees no more than one picture of an animation.
    Animated,
    /// It complained about such a part a while ago.
    Doubtful,
    Bytes {
        limit: u64,
    },
    Pixels {
        limit: u32,
    },
    Seconds {
        limit: u32,
    },
    Pages {
        limit: u32,
    },
    Count {
        limit: u32,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => formatter.write_str("it does not read this format"),
            Self::InToolResult => formatter.write_str("it takes no media in tool results"),
            Self::Animated => formatter.write_str("it sees no animations"),
            Self::Doubtful => formatter.write_str("it refused such a part a while ago"),
            Self::Bytes { limit } => write!(formatter, "it takes at most {limit} bytes"),
            Self::Pixels { limit } => write!(formatter, "it takes at most {limit} pixels a side"),
            Self::Seconds { limit } => {
                write!(formatter, "it takes at most {limit} seconds, for which this is too long")
            }
            Self::Pages { limit } => write!(formatter, "it takes at most {limit} pages"),
            Self::Count { limit } => write!(formatter, "it takes at most {limit} of them in a request"),
        }
    }
}

//! What the server and a PDF worker say to each other.
//!
//! A message is a length, a postcard-encoded header and, where the header says so, raw bytes: a
//! document on the way in, pixels on the way out. Both ends are the same build of the same program,
//! so there are no versions.

use mediary_core::document::{Bookmark, Doubt, LayerTrust, Rect, TextLayer};
use serde::{Deserialize, Serialize};

use super::searchable::PageLayer;
pub(super) use crate::message::{encode, read, receive, write};

/// A document is sent in parts no larger than this.
pub(super) const MAX_PART_BYTES: usize = 1024 * 1024;

/// From the server to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Opens a document, which replaces the one that is open.
    Open {
        /// Where its bytes are.
        source: DocumentSource,
        /// The user's password, if any.
        password: Option<String>,
    },
    /// Reads one page of the open document.
    Page(PageOrder),
    /// Lays text over a page of the open document.
    Stamp(Box<PageLayer>),
    /// Sends a file that comes with the open document.
    Attachment {
        /// Place among them, from 0.
        index: usize,
        /// A longer one is not wanted.
        most_bytes: u64,
    },
    /// Sends the document as it is now.
    Save,
    /// Lets go of the open document.
    Close,
}

/// Where a document's bytes are.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum DocumentSource {
    /// In the open file that comes with the message.
    File,
    /// So many bytes follow the header.
    Follows(u64),
}

/// Which page, and what of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageOrder {
    /// Place in the document, from 0.
    pub index: usize,
    /// Pixels per inch; `None` lets the page decide.
    pub dpi: Option<u32>,
    /// What to do with the page's own text.
    pub text: TextPolicy,
    /// When its own text is believed.
    pub trust: LayerTrust,
    /// How it is rendered.
    pub rendering: Rendering,
}

/// How pages are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rendering {
    /// Pixels per inch of a page that is no scan.
    pub dpi: u32,
    /// A scan is rendered at its own resolution, within these bounds.
    pub scan_dpi: [u32; 2],
    /// A larger page is rendered smaller.
    pub max_pixels: u32,
    /// A sheet larger than A3 that has to be read from its pixels may have so many, once it is ordered with room for them.
    pub sheet_pixels: u32,
    /// On a page whose own text is believed, pictures that cover at least this share of it are rendered too.
    pub picture_share: f32,
}

impl Rendering {
    /// Sides are rounded to whole pixels, so a page may have a few more than it should.
    const ROUNDING: u64 = 24_000;

    /// The most pixels that a page comes with.
    #[must_use]
    pub fn most_pixels(&self) -> u64 {
        Self::with_rounding(self.max_pixels)
    }

    /// So many pixels and the few more that come of rounding.
    #[must_use]
    pub fn with_rounding(pixels: u32) -> u64 {
        u64::from(pixels) + Self::ROUNDING
    }

    /// The same for a page that may have up to so many pixels, sheet or not, and no more.
    #[must_use]
    pub fn up_to(self, most_pixels: u64) -> Self {
        let pixels = u32::try_from(most_pixels.saturating_sub(Self::ROUNDING)).unwrap_or(u32::MAX).max(1);
        Self { max_pixels: pixels, sheet_pixels: pixels, ..self }
    }

    /// The same where sheets are rendered as small as pages are.
    #[must_use]
    pub fn without_sheets(self) -> Self {
        Self { sheet_pixels: self.max_pixels, ..self }
    }
}

impl Default for Rendering {
    /// At 200 DPI 10-point print is tall enough to be read well and no taller. A4 at 400 DPI has 16 million
    /// pixels; more makes no text readable that this does not. On a sheet it does: A0 at 200 DPI has 62 million. What
    /// covers less than a hundredth is a logo.
    fn default() -> Self {
        let (max_pixels, sheet_pixels) = (16_000_000, 64_000_000);
        Self { dpi: 200, scan_dpi: [150, 300], max_pixels, sheet_pixels, picture_share: 0.01 }
    }
}

/// What to do with a page's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextPolicy {
    /// Take it if it can be trusted, else render the page too.
    Judge,
    /// Render the page whatever its text.
    Ignore,
    /// Take it whatever it is, and never render.
    Only,
}

/// What a worker found on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageReply {
    /// Width at `dpi`.
    pub width_px: u32,
    /// Height at `dpi`.
    pub height_px: u32,
    /// Pixels per inch.
    pub dpi: u32,
    /// The page's own text, with boxes at `dpi`.
    pub layer: TextLayer,
    /// What the document's outline names on this page.
    pub outline: Vec<Bookmark>,
    /// Why that text is not trusted; `None` if it is.
    pub doubt: Option<Doubt>,
    /// Where pictures are on a page whose own text is trusted, if any are large enough to be looked at.
    pub pictures: Vec<Rect>,
    /// Where its pictures and drawings are that are figures, on a page whose own text may be taken.
    pub figures: Vec<Rect>,
    /// Whether pixels follow: `width_px` × `height_px`, three bytes each.
    pub rendered: bool,
    /// So many pixels it takes to read this sheet; it is not rendered, and can be ordered anew with as many.
    pub needs_pixels: Option<u32>,
    /// Whether a picture of the page cannot be decoded, so that it lacks what that shows.
    pub lacks_pictures: bool,
    /// Whether the page draws nothing at all.
    pub is_empty: bool,
    /// Whether the page stands in for a form that only another program can draw.
    pub is_placeholder: bool,
}

/// From the worker to the server.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The document is open.
    Opened {
        /// How many pages it says it has.
        pages: usize,
        /// How many files come with it.
        attachments: usize,
    },
    /// The document cannot be opened.
    Refused(Refusal),
    /// A page.
    Page(Box<PageReply>),
    /// The file of this name follows in parts.
    Attachment(String),
    /// This page cannot be read, or takes no text; others may. Or a file that comes with the document cannot.
    PageFailed(String),
    /// The text lies over its page.
    Stamped,
    /// So many bytes of the document follow, and then another reply.
    Part(u32),
    /// The parts are the whole document or file.
    Saved,
    /// The parts are not, and there will be no more.
    SaveFailed,
}

/// Why a document cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Refusal {
    /// It is encrypted and the password is missing or wrong.
    Password,
    /// It uses an encryption PDFium does not know.
    Security,
    /// It is no PDF, or a broken one.
    Damaged,
    /// Its bytes cannot be read.
    Unavailable(String),
    /// The PDF library does not load.
    Library(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_way() {
        let order = PageOrder {
            index: 3,
            dpi: Some(200),
            text: TextPolicy::Judge,
            trust: LayerTrust::default(),
            rendering: Rendering::default(),
        };
        let bytes = encode(&Request::Page(order.clone())).unwrap();
        let read: Option<Request> = read(&mut bytes.as_slice()).unwrap();
        assert!(matches!(read, Some(Request::Page(back)) if back == order));
    }
}

//! What the server and an office worker say to each other; see [`crate::message`] for how.

use mediary_core::MediaFormat;
use serde::{Deserialize, Serialize};

use super::document::{OfficePage, PageFacts, WebPage};
use super::limits::{OfficeLimits, Refusal};

/// From the server to the worker: reads a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// What it is.
    pub(super) format: MediaFormat,
    /// Where its bytes are.
    pub(super) source: Source,
    /// How much of it is taken in.
    pub(super) limits: OfficeLimits,
    /// Set where it is a page of the web that is read as one.
    pub(super) page: Option<WebPage>,
}

/// Where a file's bytes are.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Source {
    /// In the open file that came with the order.
    File,
    /// So many bytes follow the order.
    Follows(u64),
}

/// From the worker to the server: all parts of the document, then `Done`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The next page.
    Page(OfficePage),
    /// The next picture: so many bytes follow.
    Picture(u64),
    /// The next attachment, by its name: so many bytes follow.
    Attachment(String, u64),
    /// What a page of the web says of itself.
    Facts(PageFacts),
    /// There is no more.
    Done,
    /// The file cannot be read. Nothing of it was sent before.
    Refused(Refusal),
}

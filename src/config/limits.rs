//! The `[limits]` sections: how large and how slow a request may be, per medium.
//!
//! Only numbers; what is counted where, and what is answered when a limit is reached, is said in `http/`, in classification and in
//! the workers, which are handed these values.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::{Bytes, Pixels};

/// The checked `[limits]` section with its sub-sections.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest whole request body.
    pub upload_bytes: Bytes,
    /// Uploads above this are spooled to disk.
    pub spool_bytes: Bytes,
    /// The most of a JSON body that belongs to no file.
    pub json_bytes: Bytes,
    /// The most values of a JSON body.
    pub json_values: u32,
    /// How long a request body may stand still before the request is given up.
    pub body_idle: Duration,
    /// How long a request body may take in all.
    pub body_time: Duration,
    /// How many bytes a second a request body has to bring on the average.
    pub body_rate: Bytes,
    /// Limits of documents.
    pub document: DocumentLimits,
    /// Limits of what is packed into one file.
    pub archive: ArchiveLimits,
    /// Limits of images.
    pub image: ImageLimits,
    /// Limits of sound.
    pub audio: AudioLimits,
    /// Limits of videos.
    pub video: VideoLimits,
    /// Limits of texts.
    pub text: SizeLimits,
}

impl Default for Limits {
    fn default() -> Self {
        super::Config::default().limits
    }
}

/// The limits of a document.
#[derive(Debug, Clone)]
pub struct DocumentLimits {
    /// The largest file.
    pub bytes: Bytes,
    /// The most pages.
    pub pages: u32,
    /// How long the worker may take for one page.
    pub page_time: Duration,
    /// How long reading a whole document may take.
    pub time: Duration,
}

/// The limits of an archive, and of whatever else holds files.
#[derive(Debug, Clone)]
pub struct ArchiveLimits {
    /// The most files in it.
    pub files: u32,
    /// The most bytes of all of them together, unpacked.
    pub bytes: Bytes,
}

/// The limits of an image.
#[derive(Debug, Clone)]
pub struct ImageLimits {
    /// The largest file.
    pub bytes: Bytes,
    /// The most pixels, width times height.
    pub pixels: Pixels,
    /// The most pages of one file that are read at once.
    pub pages: u32,
}

/// The limits of sound.
#[derive(Debug, Clone)]
pub struct AudioLimits {
    /// The largest file.
    pub bytes: Bytes,
    /// How long a recording, or the sound of a video, may play.
    pub seconds: u32,
}

/// The limits of a video.
#[derive(Debug, Clone)]
pub struct VideoLimits {
    /// The largest file.
    pub bytes: Bytes,
    /// The most pixels of each of its pictures.
    pub pixels: Pixels,
}

/// The limits of a medium of which only the size is held.
#[derive(Debug, Clone)]
pub struct SizeLimits {
    /// The largest file.
    pub bytes: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLimits {
    upload_bytes: Bytes,
    spool_bytes: Bytes,
    json_bytes: Bytes,
    json_values: u32,
    body_idle_seconds: u32,
    body_seconds: u32,
    body_bytes_per_second: Bytes,
    document: RawDocument,
    archive: RawArchive,
    image: RawImage,
    audio: RawAudio,
    video: RawVideo,
    text: RawText,
}

impl Default for RawLimits {
    fn default() -> Self {
        Self {
            upload_bytes: Bytes::mega(600),
            spool_bytes: Bytes::mega(1),
            json_bytes: Bytes::mega(20),
            json_values: 100_000,
            body_idle_seconds: 30,
            body_seconds: 600,
            body_bytes_per_second: Bytes::new(1_000),
            document: RawDocument::default(),
            archive: RawArchive::default(),
            image: RawImage::default(),
            audio: RawAudio::default(),
            video: RawVideo::default(),
            text: RawText::default(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawDocument {
    bytes: Bytes,
    pages: u32,
    page_seconds: u32,
    seconds: u32,
}

impl Default for RawDocument {
    fn default() -> Self {
        Self { bytes: Bytes::mega(100), pages: 2000, page_seconds: 20, seconds: 1800 }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawArchive {
    files: u32,
    bytes: Bytes,
}

impl Default for RawArchive {
    fn default() -> Self {
        Self { files: 1_000, bytes: Bytes::mega(500) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawImage {
    bytes: Bytes,
    pixels: Pixels,
    pages: u32,
}

impl Default for RawImage {
    fn default() -> Self {
        Self { bytes: Bytes::mega(50), pixels: Pixels::new(100_000_000), pages: 200 }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawAudio {
    bytes: Bytes,
    seconds: u32,
}

impl Default for RawAudio {
    fn default() -> Self {
        Self { bytes: Bytes::mega(500), seconds: 14_400 }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawVideo {
    bytes: Bytes,
    pixels: Pixels,
}

impl Default for RawVideo {
    fn default() -> Self {
        Self { bytes: Bytes::mega(200), pixels: Pixels::new(10_000_000) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawText {
    bytes: Bytes,
}

impl Default for RawText {
    fn default() -> Self {
        Self { bytes: Bytes::mega(20) }
    }
}

const SIZE: &str = "a size above zero, such as \"100 MB\", \"1.5 GiB\" or a number of bytes";
const SIZE_OR_ZERO: &str = "a size such as \"100 MB\", \"1.5 GiB\" or a number of bytes";
const PIXELS: &str = "a number of pixels above zero, such as 100000000 or \"100 MP\"";
const SECONDS: &str = "a whole number of seconds, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::new("limits.upload_bytes", SIZE, "largest whole request body"),
    Key::new("limits.spool_bytes", SIZE_OR_ZERO, "uploads above this are spooled to disk"),
    Key::new("limits.json_bytes", SIZE, "most of a JSON body that belongs to no file in it: text, schemas, tools"),
    Key::new(
        "limits.json_values",
        "a whole number, 1 or more",
        "most values of a JSON body, which cost far more than their text",
    ),
    Key::new("limits.body_idle_seconds", SECONDS, "how long a request body may stand still before a 408"),
    Key::new("limits.body_seconds", SECONDS, "how long a request body may take in all before a 408"),
    Key::new(
        "limits.body_bytes_per_second",
        SIZE_OR_ZERO,
        "average rate below which a request body is given up with a 408, once it has been arriving for `body_idle_seconds`",
    ),
    Key::new("limits.document.bytes", SIZE, "largest document"),
    Key::new("limits.document.pages", "a whole number, 1 or more", "most pages of a document"),
    Key::new(
        "limits.document.page_seconds",
        SECONDS,
        "time limit for one page in the PDF worker, and for taking a file of an office apart",
    ),
    Key::new("limits.document.seconds", SECONDS, "time limit for reading a document or picture as a whole"),
    Key::new(
        "limits.archive.files",
        "a whole number, 1 or more",
        "most files in an archive, and most attachments of a letter",
    ),
    Key::new(
        "limits.archive.bytes",
        SIZE,
        "most bytes that an archive's files, or the parts of a file of an office, have together when they are unpacked",
    ),
    Key::new("limits.image.bytes", SIZE, "largest image file"),
    Key::new("limits.image.pixels", PIXELS, "most pixels of an image (width × height; MP: megapixels)"),
    Key::new(
        "limits.image.pages",
        "a whole number, 1 or more",
        "most pages of a file of pictures (TIFF) in one request",
    ),
    Key::new("limits.audio.bytes", SIZE, "largest audio file"),
    Key::new("limits.audio.seconds", SECONDS, "longest recording, and longest sound of a video"),
    Key::new("limits.video.bytes", SIZE, "largest video file"),
    Key::new("limits.video.pixels", PIXELS, "most pixels of a picture of a video; nothing larger is decoded"),
    Key::new("limits.text.bytes", SIZE, "largest text file"),
];

impl RawLimits {
    pub(super) fn check(self, check: &mut Check<'_>) -> Limits {
        let sizes = [
            ("limits.upload_bytes", self.upload_bytes),
            ("limits.json_bytes", self.json_bytes),
            ("limits.document.bytes", self.document.bytes),
            ("limits.archive.bytes", self.archive.bytes),
            ("limits.image.bytes", self.image.bytes),
            ("limits.audio.bytes", self.audio.bytes),
            ("limits.video.bytes", self.video.bytes),
            ("limits.text.bytes", self.text.bytes),
        ];
        for (key, bytes) in sizes {
            check.require(key, bytes.get() > 0);
        }
        check.require("limits.json_values", self.json_values > 0);
        check.require("limits.body_idle_seconds", self.body_idle_seconds > 0);
        check.require("limits.body_seconds", self.body_seconds > 0);
        check.require("limits.document.pages", self.document.pages > 0);
        check.require("limits.document.page_seconds", self.document.page_seconds > 0);
        check.require("limits.document.seconds", self.document.seconds > 0);
        check.require("limits.archive.files", self.archive.files > 0);
        check.require("limits.image.pixels", self.image.pixels.get() > 0);
        check.require("limits.image.pages", self.image.pages > 0);
        check.require("limits.audio.seconds", self.audio.seconds > 0);
        check.require("limits.video.pixels", self.video.pixels.get() > 0);
        Limits {
            upload_bytes: self.upload_bytes,
            spool_bytes: self.spool_bytes,
            json_bytes: self.json_bytes,
            json_values: self.json_values,
            body_idle: Duration::from_secs(self.body_idle_seconds.into()),
            body_time: Duration::from_secs(self.body_seconds.into()),
            body_rate: self.body_bytes_per_second,
            document: DocumentLimits {
                bytes: self.document.bytes,
                pages: self.document.pages,
                page_time: Duration::from_secs(self.document.page_seconds.into()),
                time: Duration::from_secs(self.document.seconds.into()),
            },
            archive: ArchiveLimits { files: self.archive.files, bytes: self.archive.bytes },
            image: ImageLimits { bytes: self.image.bytes, pixels: self.image.pixels, pages: self.image.pages },
            audio: AudioLimits { bytes: self.audio.bytes, seconds: self.audio.seconds },
            video: VideoLimits { bytes: self.video.bytes, pixels: self.video.pixels },
            text: SizeLimits { bytes: self.text.bytes },
        }
    }
}

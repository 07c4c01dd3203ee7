//! `classify`: bytes decide what an upload is; claims only break ties among texts.
//!
//! The sniffing itself is the `file-format` crate's. What is ours: the closed list, the cases that
//! signatures cannot decide (text encodings, a PDF behind leading junk) and refusals that name what
//! was found.

mod archive;
mod claim;
mod compound;
mod shape;
mod signature;
mod signs;
#[cfg(test)]
mod tests;

use file_format::FileFormat;
use thiserror::Error;

pub use claim::Claim;
use claim::{claims_text, is_text_type, named_text};
use signature::{known, sniff};

use super::text::is_text;
use super::{Blob, Media, MediaFormat, MediaKind};

/// PDF readers accept the header anywhere in the first 1024 bytes (ISO 32000-1, annex H.3.4.1).
const PDF_HEADER_WITHIN_BYTES: usize = 1024;
/// How a Core Audio file begins: its name and version (Apple's Core Audio Format specification, "CAF file header").
const CAF_HEADER: &[u8] = b"caff\0\x01";

/// Bytes that are none of the formats on the list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unclassifiable {
    /// No bytes at all.
    #[error("the file is empty (0 bytes); check that it was uploaded whole")]
    Empty,
    /// A format that is known, but not one Mediary works with.
    #[error(
        "this is {0}; send a PDF, a file of an office (docx, xlsx, pptx, odt, ods, odp, rtf, epub, html, eml, msg, csv), an image \
         (png, jpeg, webp, gif, tiff, bmp, avif, heic, svg), audio, video or plain text"
    )]
    Unsupported(String),
    /// Text that is called something to be seen or heard: a page in the place of a picture.
    #[error(
        "these bytes are {found}, although they are called {article} {claimed}; send the {claimed} itself, and check that its \
         address or file does not hold a page or an error in its place"
    )]
    Disguised {
        /// What it is.
        found: MediaFormat,
        /// What it is called.
        claimed: MediaKind,
        /// What stands before that.
        article: &'static str,
    },
    /// Bytes that fit nothing.
    #[error(
        "these bytes are no format that Mediary knows; send a PDF, a file of an office (docx, xlsx, pptx, odt, ods, odp, rtf, epub, \
         html, eml, msg, csv), an image (png, jpeg, webp, gif, tiff, bmp, avif, heic, svg), audio, video or plain text, and check \
         that the file is not encrypted or cut off at its beginning"
    )]
    Unknown,
}

/// Says what the bytes are. The claim matters only among texts, which look alike.
///
/// ```
/// use mediary_core::{Blob, Claim, MediaFormat, classify};
///
/// let upload = Blob::in_memory(b"%PDF-1.7\n".to_vec());
/// let claim = Claim { mime: Some("image/jpeg"), file_name: Some("photo.jpg") };
/// assert_eq!(classify(upload, claim)?.format, MediaFormat::Pdf);
/// # Ok::<(), mediary_core::Unclassifiable>(())
/// ```
///
/// # Errors
/// [`Unclassifiable`] when there are no bytes or they are of no format on the list; its text names
/// what was found.
pub fn classify(blob: Blob, claim: Claim<'_>) -> Result<Media, Unclassifiable> {
    let format = format_of(&blob, claim)?;
    match claim.called().filter(|_| format.kind() == MediaKind::Text) {
        Some(claimed) => {
            let article = if claimed == MediaKind::Video { "a" } else { "an" };
            Err(Unclassifiable::Disguised { found: format, claimed, article })
        }
        None => Ok(Media { format, blob }),
    }
}

fn format_of(blob: &Blob, claim: Claim<'_>) -> Result<MediaFormat, Unclassifiable> {
    if blob.is_empty() {
        return Err(Unclassifiable::Empty);
    }
    let found = match sniff(blob) {
        // Two letters of a text are enough for this sign; `signs` wants more.
        FileFormat::BdavMpeg2TransportStream | FileFormat::Mpeg2TransportStream => FileFormat::ArbitraryBinaryData,
        found => found,
    };
    if let Some(format) = known(found) {
        return Ok(match format {
            MediaFormat::Heic => signs::still(blob.head()),
            _ => archive::told_apart(format, blob),
        });
    }
    if signs::is_svg(blob.head()) {
        return Ok(MediaFormat::Svg);
    }
    if signs::is_transport_stream(blob.head()) {
        return Ok(MediaFormat::Ts);
    }
    if signs::is_rf64(blob.head()) {
        return Ok(MediaFormat::Wav);
    }
    if found == FileFormat::ArbitraryBinaryData && blob.head().starts_with(archive::SIGNATURE) {
        return Ok(archive::told_apart(archive::cut_off(blob.head()), blob));
    }
    if blob.head().starts_with(CAF_HEADER) {
        return Ok(MediaFormat::Caf);
    }
    if has_pdf_header(blob.head()) {
        return Ok(MediaFormat::Pdf);
    }
    if blob.head().starts_with(compound::SIGNATURE)
        && let Some(format) = compound::format_of(blob, claim)
    {
        return Ok(format);
    }
    let whole = blob.len_bytes() == blob.head().len() as u64;
    if is_text(blob.head(), whole) && (is_text_type(found) || claims_text(claim)) {
        let named = named_text(found, claim);
        return Ok(if named == MediaFormat::Text { shape::of_text(blob.head(), whole, claim) } else { named });
    }
    match found {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText => Err(Unclassifiable::Unknown),
        other => Err(Unclassifiable::Unsupported(described(other))),
    }
}

fn has_pdf_header(head: &[u8]) -> bool {
    head[..head.len().min(PDF_HEADER_WITHIN_BYTES)].windows(5).any(|window| window == b"%PDF-")
}

fn described(found: FileFormat) -> String {
    let name = match found.short_name() {
        Some(short) => format!("{} ({short})", found.name()),
        None => found.name().to_owned(),
    };
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name} file")
}

//! Media in a body: base64, data URLs, and the characters of text files.

use mediary_core::{Blob, Failure, Media};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use super::Buffer;

/// A medium's bytes. Only [`super::write`] writes them as base64; any other serialiser would write numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base64<'a>(pub(crate) &'a Blob);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.base64().map_err(S::Error::custom)?;
        serializer.serialize_bytes(&text)
    }
}

/// Appends a data URL as a JSON string.
///
/// # Errors
/// When the blob cannot be read.
pub(crate) fn data_url(out: &mut Buffer, mime: &str, blob: &Blob) -> Result<(), Failure> {
    let text = blob.base64().map_err(|_| gone())?;
    out.extend_from_slice(b"\"data:");
    out.extend_from_slice(mime.as_bytes());
    out.extend_from_slice(b";base64,");
    out.extend_from_slice(&text);
    out.push(b'"');
    Ok(())
}

/// A text file's characters.
///
/// # Errors
/// When the blob cannot be read.
pub(crate) fn characters(media: &Media) -> Result<String, Failure> {
    let bytes = media.blob.read_all().map_err(|_| gone())?;
    Ok(mediary_core::media::decode_text(&bytes).text)
}

pub(crate) fn gone() -> Failure {
    Failure::broken("a file of the request is gone from this machine; send the request again")
}

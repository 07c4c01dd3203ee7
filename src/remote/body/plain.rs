//! Values as JSON, with the bytes of media as the base64 they already are.

use std::io;

use mediary_core::Failure;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::Buffer;
use super::media::gone;

/// Appends a value that holds no media.
pub(crate) fn value<T: Serialize + ?Sized>(out: &mut Buffer, value: &T) {
    serde_json::to_writer(out, value).expect("values with text keys can be written to memory");
}

/// Appends a value in which there may be [`Base64`](super::Base64).
///
/// # Errors
/// When a medium cannot be read.
pub(crate) fn write<T: Serialize + ?Sized>(out: &mut Buffer, value: &T) -> Result<(), Failure> {
    // Nothing else about our values can fail: their keys are texts, and they go to memory.
    value.serialize(&mut Serializer::with_formatter(out, AsTheyAre)).map_err(|_| gone())
}

/// Compact JSON in which bytes are texts that need no escapes.
struct AsTheyAre;

impl Formatter for AsTheyAre {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: &[u8]) -> io::Result<()> {
        writer.write_all(b"\"")?;
        writer.write_all(value)?;
        writer.write_all(b"\"")
    }
}

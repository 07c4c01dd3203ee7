//! Writing JSON bodies of requests straight into one buffer.
//!
//! Serialising a struct would look at every byte of a picture's base64 for characters to escape, and there are none;
//! here it is copied once. `openai` and `mistral` call this; what is written where is their affair.

use mediary_core::{Blob, Failure};
use serde::Serialize;

/// Room for everything in a request beside its media and texts.
const ROOM_BYTES: usize = 2048;

/// A buffer for a body that will hold so many bytes of media and texts.
pub(crate) fn buffer(content_bytes: u64) -> Vec<u8> {
    // Base64 takes a third more, and a little is left over for escapes.
    let room = usize::try_from(content_bytes.div_ceil(3) * 4).unwrap_or(0);
    Vec::with_capacity(room + room / 64 + ROOM_BYTES)
}

/// Appends a value as JSON.
pub(crate) fn value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("values with text keys can be written to memory");
}

/// Appends a data URL as a JSON string.
///
/// # Errors
/// When the blob cannot be read.
pub(crate) fn data_url(out: &mut Vec<u8>, mime: &str, blob: &Blob) -> Result<(), Failure> {
    out.extend_from_slice(b"\"data:");
    out.extend_from_slice(mime.as_bytes());
    out.extend_from_slice(b";base64,");
    letters(out, blob)?;
    out.push(b'"');
    Ok(())
}

/// Appends base64 as a JSON string.
///
/// # Errors
/// When the blob cannot be read.
pub(crate) fn base64(out: &mut Vec<u8>, blob: &Blob) -> Result<(), Failure> {
    out.push(b'"');
    letters(out, blob)?;
    out.push(b'"');
    Ok(())
}

fn letters(out: &mut Vec<u8>, blob: &Blob) -> Result<(), Failure> {
    let text = blob.base64().map_err(|error| Failure::broken(format!("a file of the request is gone: {error}")))?;
    // Base64 has no character that JSON would escape.
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// A JSON object as it is written, field by field.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Opens an object.
    pub(crate) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Opens a field and hands out the buffer for its value.
    pub(crate) fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        value(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// A field.
    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, name: &str, its: &T) {
        value(self.key(name), its);
    }

    /// A field, if there is a value for it.
    pub(crate) fn some<T: Serialize>(&mut self, name: &str, its: Option<T>) {
        if let Some(its) = its {
            self.field(name, &its);
        }
    }

    /// Closes the object.
    pub(crate) fn close(self) {
        self.out.push(b'}');
    }
}

/// Writes an array, `each` writing one element.
///
/// # Errors
/// What `each` gave.
pub(crate) fn array<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut Vec<u8>, T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(out, item)?;
    }
    out.push(b']');
    Ok(())
}

//! Forms of fields and files (RFC 7578, `multipart/form-data`), as OpenAI-like APIs want recordings and pictures.
//!
//! The fields are written into a buffer; files are read as they are sent. What stands in a form is decided by the
//! dialects.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use mediary_core::{Blob, Failure, Media, MediaFormat};

use crate::{HttpCall, Payload};

/// Room for everything in a form beside its file.
const ROOM_BYTES: usize = 2048;

/// A form as it is written.
#[derive(Debug)]
pub(crate) struct Form {
    boundary: String,
    /// What is complete: everything up to the last file.
    done: Payload,
    /// What has been written since.
    body: Vec<u8>,
}

impl Form {
    /// A form whose files are kept apart by what no maker of one of them can have known.
    pub(crate) fn new() -> Self {
        let drawn = [0u8, 1].map(|half| RandomState::new().hash_one(half));
        let boundary = format!("{:016x}{:016x}", drawn[0], drawn[1]);
        Self { boundary, done: Payload::default(), body: Vec::with_capacity(ROOM_BYTES) }
    }

    /// A field.
    ///
    /// # Errors
    /// Malformed when its value could end the field.
    pub(crate) fn field(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        if value.chars().any(char::is_control) {
            return Err(Failure::malformed(format!("`{name}` holds a line break or another control character")));
        }
        let Self { boundary, body, .. } = self;
        let field = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
        Ok(())
    }

    /// A field of text, in which a line break is a space.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let Self { boundary, body, .. } = self;
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let name: String = name.chars().filter(|c| !c.is_control() && *c != '"').collect();
        let field = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }

    /// A field of text with its line breaks, as they are.
    pub(crate) fn field_of_words(&mut self, name: &str, value: &str) {
        let Self { boundary, body, .. } = self;
        let name: String = name.chars().filter(|c| !c.is_control() && *c != '"').collect();
        let field = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }

    /// A file in a field, under this name.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn file(&mut self, field: &str, name: &str, mime: &str, blob: &Blob) -> Result<(), Failure> {
        let Self { boundary, body, .. } = self;
        let plain = |text: &str| text.chars().filter(|c| !c.is_control() && *c != '"').collect::<String>();
        let (field, name, mime) = (plain(field), plain(name), plain(mime));
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {mime}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        self.append(blob)?;
        self.body.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// The end of a form of several files: gives it as a request to `path`.
    pub(crate) fn end(self, path: &str) -> HttpCall {
        let Self { boundary, mut done, mut body } = self;
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        done.push(body);
        let content_type = Cow::Owned(format!("multipart/form-data; boundary={boundary}"));
        HttpCall { content_type, body: done, ..HttpCall::json(path, Vec::new()) }
    }

    /// The file, which comes last: gives the form as a request to `path`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn close(mut self, path: &str, media: &Media) -> Result<HttpCall, Failure> {
        let name = format!("recording.{}", ending(media.format));
        self.file("file", &name, mime(media.format), &media.blob)?;
        Ok(self.end(path))
    }

    /// Appends a file's bytes.
    fn append(&mut self, blob: &Blob) -> Result<(), Failure> {
        self.done.push(std::mem::take(&mut self.body));
        let opened = self.done.push_file(blob);
        opened.map_err(|error| Failure::broken(format!("a file of the request cannot be read back: {error}")))
    }
}

/// How the name of a file of this format ends. Providers go by it, and not all of them know ours.
pub(crate) fn ending(format: MediaFormat) -> &'static str {
    match format {
        MediaFormat::Opus | MediaFormat::Vorbis => "ogg",
        other => other.name(),
    }
}

/// Without parameters, which some do not expect.
fn mime(format: MediaFormat) -> &'static str {
    let mime = format.mime();
    mime.split_once(';').map_or(mime, |(bare, _)| bare)
}

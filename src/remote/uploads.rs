//! The forms in which vendors take files beforehand, to be named in requests by their ids: what is uploaded how, and how it is
//! removed.
//!
//! Source: OpenAI's and Anthropic's API references (files). Gemini's own way, in pieces, is in `gemini/files`. Whether a file is
//! uploaded at all is decided in `handover`.

use mediary_core::task::MediaPart;
use mediary_core::{Failure, MediaFormat};

use crate::form::Form;
use crate::{HttpCall, JobCall, Method, batches, gemini, videos};

/// How an id at a provider begins where a part has an address otherwise.
const AT_PROVIDER: &str = "at-provider:";
/// How long OpenAI keeps a file that was forgotten there: a little longer than it is remembered here.
const FILE_SECONDS: &str = "176400";
const ANTHROPIC: [(&str, &str); 2] = [("anthropic-version", "2023-06-01"), ("anthropic-beta", FILES)];
/// What Anthropic calls its files among what is asked for by name.
pub(crate) const FILES: &str = "files-api-2025-04-14";

/// How a vendor takes files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileForm {
    /// OpenAI's, for chats that name documents.
    OpenAi,
    /// The same for what names pictures as well.
    Responses,
    /// Anthropic's.
    Anthropic,
    /// Gemini's.
    Gemini,
}

impl FileForm {
    /// Whether a file of this format can be named in a request.
    pub(crate) fn takes(self, format: MediaFormat) -> bool {
        let is_picture = matches!(format, MediaFormat::Png | MediaFormat::Jpeg | MediaFormat::Webp | MediaFormat::Gif);
        match self {
            Self::OpenAi => format == MediaFormat::Pdf,
            Self::Responses | Self::Anthropic => format == MediaFormat::Pdf || is_picture,
            Self::Gemini => gemini::mime(format).is_some(),
        }
    }

    /// The upload of a file, where it is one request.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn upload(self, part: &MediaPart) -> Result<Option<HttpCall>, Failure> {
        let mut form = Form::new();
        let headers = match self {
            Self::OpenAi | Self::Responses => {
                form.field("purpose", "user_data")?;
                form.field("expires_after[anchor]", "created_at")?;
                form.field("expires_after[seconds]", FILE_SECONDS)?;
                Vec::new()
            }
            Self::Anthropic => ANTHROPIC.map(|(name, value)| (name, value.to_owned())).to_vec(),
            Self::Gemini => return Ok(None),
        };
        let (format, unnamed) = (part.media.format, format!("file.{}", part.media.format));
        let name = part.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&unnamed);
        form.file("file", name, format.mime(), &part.media.blob)?;
        Ok(Some(HttpCall { headers, ..form.end("/files") }))
    }

    /// What an uploaded file is named by, from the answer to its upload.
    ///
    /// # Errors
    /// Garbled when it has no name.
    pub(crate) fn named(body: &[u8]) -> Result<String, Failure> {
        Ok(format!("{AT_PROVIDER}{}", batches::id_in(body)?))
    }

    /// What removes a file, with the headers that it wants; `None`: the name is none of its.
    pub(crate) fn remove(self, name: &str) -> Option<(JobCall, Vec<(&'static str, String)>)> {
        let (id, headers) = match self {
            Self::OpenAi | Self::Responses => (id_at_provider(name)?, Vec::new()),
            Self::Anthropic => {
                (id_at_provider(name)?, ANTHROPIC.map(|(name, value)| (name, value.to_owned())).to_vec())
            }
            Self::Gemini => (name.rsplit_once("/files/")?.1, Vec::new()),
        };
        videos::is_name(id).then(|| (JobCall::of(Method::DELETE, format!("/files/{id}")), headers))
    }
}

/// The id of a file at its provider, where an address is one.
pub(crate) fn id_at_provider(url: &str) -> Option<&str> {
    url.strip_prefix(AT_PROVIDER)
}

#[cfg(test)]
mod tests {
    use mediary_core::{Blob, Media};

    use super::*;

    fn part(format: MediaFormat) -> MediaPart {
        MediaPart {
            name: Some("a \"b\".pdf".to_owned()),
            ..MediaPart::new(Media { format, blob: Blob::in_memory(b"%PDF".to_vec()) })
        }
    }

    #[test]
    fn files_are_uploaded_and_removed_in_each_vendors_words() {
        let sent = |form: FileForm| {
            let call = form.upload(&part(MediaFormat::Pdf)).unwrap().unwrap();
            (call.path, call.headers, String::from_utf8(call.body.read_all().unwrap()).unwrap())
        };
        let (path, headers, body) = sent(FileForm::OpenAi);
        assert_eq!((path.as_str(), headers.len()), ("/files", 0));
        for said in ["name=\"purpose\"\r\n\r\nuser_data\r\n", "filename=\"a b.pdf\"", "application/pdf\r\n\r\n%PDF\r\n"]
        {
            assert!(body.contains(said), "{body}");
        }
        let (_, headers, body) = sent(FileForm::Anthropic);
        assert!(headers.contains(&("anthropic-beta", FILES.to_owned())) && !body.contains("purpose"));
        assert!(FileForm::Gemini.upload(&part(MediaFormat::Pdf)).unwrap().is_none());
        let name = FileForm::named(br#"{"id":"file-1"}"#).unwrap();
        assert_eq!(id_at_provider(&name), Some("file-1"));
        let removed =
            |form: FileForm, name: &str| form.remove(name).map(|(call, _)| format!("{} {}", call.method, call.path));
        assert_eq!(removed(FileForm::OpenAi, &name).as_deref(), Some("DELETE /files/file-1"));
        let gemini = "https://host.example/v1beta/files/abc";
        assert_eq!(removed(FileForm::Gemini, gemini).as_deref(), Some("DELETE /files/abc"));
        assert_eq!((removed(FileForm::OpenAi, gemini), removed(FileForm::Gemini, &name)), (None, None));
        assert!(FileForm::named(br#"{"id":"../x"}"#).is_err());
    }

    #[test]
    fn each_vendor_names_what_it_has_a_form_for() {
        let takes =
            |format| [FileForm::OpenAi, FileForm::Responses, FileForm::Anthropic].map(|form| form.takes(format));
        assert_eq!(takes(MediaFormat::Pdf), [true, true, true]);
        assert_eq!(takes(MediaFormat::Png), [false, true, true]);
        assert_eq!(takes(MediaFormat::Docx), [false, false, false]);
        assert!(FileForm::Gemini.takes(MediaFormat::Mp4));
    }
}

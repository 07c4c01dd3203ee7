//! Transcribing: a recording goes out as a form, its text comes back, as OpenAI has it and Groq and Mistral after it.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body_util::Full;
use mediary_core::{Failure, FailureKind, Media, MediaFormat};
use serde::Deserialize;

use super::clock::Clock;
use super::{Remote, json};
use crate::{Timeouts, blame};

/// A day of speech has a megabyte of text.
const MOST_TRANSCRIPT_BYTES: usize = 16 << 20;

#[derive(Deserialize)]
struct Transcript {
    text: String,
}

impl Remote {
    /// What is said in a recording, by an OpenAI-like provider. Empty where nobody speaks.
    ///
    /// # Errors
    /// As [`Remote::chat`]; garbled when the answer is no transcript.
    pub async fn transcribe(
        &self,
        model: &str,
        media: &Media,
        key: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<String, Failure> {
        let unreadable = |error| Failure::broken(format!("the recording cannot be read back: {error}"));
        let bytes = media.blob.read_all().map_err(unreadable)?;
        // No recording holds its own hash.
        let boundary = media.blob.hash().to_string();
        let form = form(&boundary, model, media.format, &bytes);
        let mut request = self.request(Method::POST, "/audio/transcriptions", &[], None, key)?;
        let media_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let media_type = media_type.map_err(|_| Failure::broken("the form for a recording cannot be sent"))?;
        request.headers_mut().insert(CONTENT_TYPE, media_type);
        *request.body_mut() = Full::from(form);
        let clock = Clock::start(timeouts);
        let response = self.send(request, &clock, key).await?;
        let body = json::whole(response, clock, MOST_TRANSCRIPT_BYTES).await;
        let body = body.map_err(|failure| blame::without_key(failure, key))?;
        match serde_json::from_slice::<Transcript>(&body) {
            Ok(transcript) => Ok(transcript.text.trim().to_owned()),
            Err(_) => Err(Failure::new(FailureKind::Garbled, "the provider's transcript cannot be understood")),
        }
    }
}

/// A form of the model, the wanted format and the file (RFC 7578).
fn form(boundary: &str, model: &str, format: MediaFormat, recording: &[u8]) -> Vec<u8> {
    let (name, mime) = (file_name(format), mime(format));
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\njson\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: {mime}\r\n\r\n"
    );
    [head.as_bytes(), recording, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

/// Providers go by the ending, and not all of them know ours.
fn file_name(format: MediaFormat) -> String {
    let ending = match format {
        MediaFormat::Opus | MediaFormat::Vorbis => "ogg",
        other => other.name(),
    };
    format!("recording.{ending}")
}

/// Without parameters, which some do not expect.
fn mime(format: MediaFormat) -> &'static str {
    let mime = format.mime();
    mime.split_once(';').map_or(mime, |(bare, _)| bare)
}

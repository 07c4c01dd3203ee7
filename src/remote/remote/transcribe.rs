//! Transcribing: a recording goes out as a form, its text comes back, as OpenAI has it and Groq and Mistral after it.

use mediary_core::{Failure, FailureKind, Media, MediaFormat};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
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
        let file = Part::bytes(bytes).file_name(file_name(media.format)).mime_str(mime(media.format));
        let file = file.map_err(|_| Failure::broken(format!("{} has no media type that can be sent", media.format)))?;
        let form = Form::new().text("model", model.to_owned()).text("response_format", "json").part("file", file);
        let bare = self.request(Method::POST, "/audio/transcriptions", &[], None, key)?;
        let request = RequestBuilder::from_parts(self.client.clone(), bare).multipart(form).build();
        let request = request.map_err(|_| Failure::broken("the form for a recording cannot be written"))?;
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
